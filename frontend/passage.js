/* What pages do beyond plain HTML: the chosen theme, and menus that close. All pages work without it. */
(function () {
  'use strict';
  const root = document.documentElement;
  const KEY = 'theme'; // the administration keeps its choice under the same name: auto, light or dark
  const system = window.matchMedia('(prefers-color-scheme: dark)');

  function chosen() {
    try {
      return localStorage.getItem(KEY) || 'auto';
    } catch {
      return 'auto';
    }
  }

  function show(theme) {
    if (theme === 'light' || theme === 'dark') root.dataset.theme = theme;
    else delete root.dataset.theme;
  }

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
  }

  show(chosen());

  document.addEventListener('DOMContentLoaded', function () {
    const toggle = document.querySelector('[data-theme-toggle]');
    if (toggle) {
      toggle.hidden = false;
      toggle.setAttribute('aria-pressed', String(isDark()));
      toggle.addEventListener('click', function () {
        const theme = isDark() ? 'light' : 'dark';
        show(theme);
        toggle.setAttribute('aria-pressed', String(theme === 'dark'));
        try {
          localStorage.setItem(KEY, theme);
        } catch {
          /* Storage is closed to us: the choice holds for this page. */
        }
      });
    }
  });

  function closeMenus(except) {
    document.querySelectorAll('details.p-menu[open]').forEach(function (menu) {
      if (!except || !menu.contains(except)) menu.open = false;
    });
  }

  document.addEventListener('click', function (event) {
    closeMenus(event.target);
  });

  document.addEventListener('keydown', function (event) {
    if (event.key !== 'Escape') return;
    const menu = document.querySelector('details.p-menu[open]');
    if (!menu) return;
    closeMenus(null);
    menu.querySelector('summary').focus();
  });
})();
