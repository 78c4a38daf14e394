(() => {
  const form = document.getElementById("search");
  const box = document.getElementById("words");
  const told = document.getElementById("found");
  const entries = [...document.querySelectorAll("[data-entry]")];
  const words = entries.map(entry => entry.textContent.toLowerCase());
  const parts = [...document.querySelectorAll("[data-part]")];
  const filter = () => {
    const wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = text => wanted.every(word => text.includes(word));
    let n = 0;
    entries.forEach((entry, i) => {
      const part = entry.closest("[data-part]");
      const shown = fits(words[i] + " " + part.dataset.part.toLowerCase());
      entry.hidden = !shown;
      n += shown ? 1 : 0;
    });
    parts.forEach(part => { part.hidden = !part.querySelector("[data-entry]:not([hidden])"); });
    told.textContent = wanted.length ? n + (n === 1 ? " entry fits." : " entries fit.") : "";
  };
  form.hidden = false;
  form.addEventListener("submit", event => event.preventDefault());
  box.addEventListener("input", filter);
})();
