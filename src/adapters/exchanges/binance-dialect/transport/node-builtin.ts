type NodeProcess = {
  readonly versions?: { readonly node?: string };
  readonly getBuiltinModule?: (id: string) => object | undefined;
};

/** The built-ins that are used here, by name. */
interface BuiltIns {
  'node:http': typeof import('node:http');
  'node:https': typeof import('node:https');
  'node:crypto': typeof import('node:crypto');
}

/**
 * A built-in module of Node, or `null` elsewhere.
 *
 * Asked for by name at run time, so that bundles for browsers hold no trace of it.
 */
export function nodeBuiltin<Id extends keyof BuiltIns>(id: Id): BuiltIns[Id] | null {
  const host = (globalThis as { readonly process?: NodeProcess }).process;
  if (host?.versions?.node === undefined || typeof host.getBuiltinModule !== 'function')
    return null;
  return (host.getBuiltinModule(id) as BuiltIns[Id] | undefined) ?? null;
}
