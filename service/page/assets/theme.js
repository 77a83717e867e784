// Runs before anything is drawn, so that the page does not flash in the other scheme.
(() => {
  try {
    const theme = localStorage.getItem('theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Where nothing may be stored the browser's own preference counts.
  }
})();
