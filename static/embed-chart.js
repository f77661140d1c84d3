// The chart that a visitor has set up stands behind the # of the address: the code to paste gets it too.
(() => {
  const shown = [...document.querySelectorAll("[data-embed-code]")].map((element) => [element, element.textContent]);
  const write = () => shown.forEach(([element, code]) => {
    const hash = location.hash.replace(/["<>&]/g, (sign) => `&#${sign.codePointAt(0)};`);
    element.textContent = code.replace(/(src="[^"#]*_embed=[^"#]*)"/, (_, start) => `${start}${hash}"`);
  });
  window.addEventListener("hashchange", write);
  write();
})();
