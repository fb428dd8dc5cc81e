import { element } from './element.js';

const KEY = 'position-monitor-theme';
const THEMES = ['auto', 'dark', 'light'] as const;
type Theme = (typeof THEMES)[number];

/** A group of three choices: as the system says, dark, light. Remembered where the browser allows it. */
export function themeSwitch(): HTMLElement {
  const chosen = read();
  apply(chosen);
  const choices = THEMES.map((theme) => {
    const input = element('input', {
      type: 'radio',
      name: 'theme',
      value: theme,
      checked: theme === chosen,
    });
    input.addEventListener('change', () => {
      apply(theme);
      write(theme);
    });
    return element('label', {}, input, element('span', {}, theme));
  });
  return element('fieldset', { class: 'switch' }, element('legend', {}, 'Colours'), ...choices);
}

/** Calls back whenever the colours of the page may have changed. */
export function onThemeChange(listener: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
  new MutationObserver(listener).observe(document.documentElement, {
    attributes: true,
    attributeFilter: ['data-theme'],
  });
}

function apply(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** A page that was opened from a file may have no memory. */
function read(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === stored) ?? 'auto';
  } catch {
    return 'auto';
  }
}

function write(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // It then holds until the page is closed.
  }
}
