/** The pages that the command makes. */
export type PageName = 'live' | 'report';

/** Everything that a page is made of beside its data. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}
