// The sign-up form works without this. With it, the zone of the browser is proposed, and the promise follows the choices.
"use strict";
(() => {
  const form = document.querySelector("form[data-promise]");
  if (!form) return;
  const zone = form.elements.zone;

  const proposeZone = () => {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    if (zone.value || !own.includes("/") || own === zone.dataset.own) return false;
    if (![...zone.options].some((option) => option.value === own)) {
      zone.add(new Option(own.split("/").pop().replaceAll("_", " "), own), zone.options[1]);
    }
    zone.value = own;
    return true;
  };

  let latest = 0;
  const follow = async () => {
    const asked = ++latest;
    const query = new URLSearchParams();
    for (const name of ["cadence", "weekday", "hour", "zone", "language"]) {
      const value = new FormData(form).get(name);
      if (value) query.set(name, value);
    }
    try {
      const answer = await fetch(`${form.dataset.promise}?${query}`);
      if (!answer.ok || asked !== latest) return;
      const [promise, first] = (await answer.text()).split("\n");
      const shown = document.createElement("div");
      shown.className = "sentence";
      for (const [text, style] of [[promise, ""], [first, "small"]]) {
        const line = document.createElement("p");
        line.className = style;
        line.textContent = text;
        shown.append(line);
      }
      form.querySelector("[data-promised]").replaceChildren(shown);
    } catch {
      // The sentence that came with the page stays; what is chosen is sent with the form all the same.
    }
  };

  form.addEventListener("change", (event) => {
    if (["cadence", "weekday", "hour", "zone"].includes(event.target.name)) follow();
  });
  if (zone && proposeZone()) follow();
})();
