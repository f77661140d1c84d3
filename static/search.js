/* Suggestions under a search box ([data-suggest]): a listbox that arrow keys, Enter and Escape work. Without it, a form.
   And what a link leads to is unfolded. */
(() => {
  "use strict";

  const WAIT = 120; // ms after the last key before asking
  const SUGGEST = new URL("../-/suggest", document.currentScript.src); // the site may stand below a path

  function element(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  function attach(input, number) {
    const list = element("ul", { id: `suggestions-${number}`, className: "suggestions", hidden: true });
    const status = element("span", { className: "visually-hidden" });
    let asked = "", timer, active = -1;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "候補");
    status.setAttribute("role", "status");
    for (const [name, value] of Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id, autocomplete: "off",
    })) input.setAttribute(name, value);
    input.form.append(list, status);

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function choose(option) {
      close();
      if (option.dataset.url) {
        location.assign(option.dataset.url);
        return;
      }
      input.value = option.dataset.text;
      input.form.requestSubmit();
    }

    function move(step) {
      const options = [...list.children];
      if (!options.length) return;
      active = (active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length;
      options.forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
      input.setAttribute("aria-activedescendant", options[active].id);
      options[active].scrollIntoView({ block: "nearest" });
    }

    function show(found) {
      list.replaceChildren(...found.map((item, i) => {
        const option = element("li", { id: `${list.id}-${i}` }, element("span", { textContent: item.text }),
          element("span", { className: "help", textContent: item.label }));
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.text = item.text;
        if (item.url) option.dataset.url = item.url;
        option.addEventListener("mousedown", (event) => { event.preventDefault(); choose(option); });
        return option;
      }));
      active = -1;
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(found.length > 0));
      input.removeAttribute("aria-activedescendant");
      status.textContent = found.length ? `候補が${found.length}件あります` : "";
    }

    async function ask() {
      const typed = input.value.trim();
      if (typed === asked) return;
      asked = typed;
      if (!typed) return show([]);
      try {
        const answer = await fetch(`${SUGGEST}?q=${encodeURIComponent(typed)}`);
        if (answer.ok && typed === asked) show(await answer.json());
      } catch {
        close(); // no suggestions: the form still works
      }
    }

    input.addEventListener("input", (event) => {
      clearTimeout(timer);
      if (!event.isComposing) timer = setTimeout(ask, WAIT);
    });
    input.addEventListener("compositionend", () => { timer = setTimeout(ask, WAIT); });
    input.addEventListener("blur", close);
    input.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (list.hidden) { asked = ""; ask(); return; }
        event.preventDefault();
        move(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && active >= 0 && !list.hidden) {
        event.preventDefault();
        choose(list.children[active]);
      }
    });
  }

  document.querySelectorAll("input[data-suggest]").forEach(attach);

  // A link to the heading of something folded opens it.
  function unfold() {
    const there = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (there?.parentElement.matches("summary")) there.closest("details").open = true;
  }
  addEventListener("hashchange", unfold);
  unfold();
})();
