/** What the page was made with; `null` when there is nothing. */
export function pageData<Data>(): Data | null {
  const text = document.getElementById('page-data')?.textContent ?? 'null';
  return JSON.parse(text) as Data | null;
}
