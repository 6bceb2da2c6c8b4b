// The page works without this, with *Save*. With it each change is saved at once, and can be taken back at once.
"use strict";
(() => {
  const form = document.querySelector("form[data-saves]");
  if (!form) return;
  const said = document.querySelector("[data-said]");
  const next = document.querySelector("[data-next]");
  const REST = 350; // milliseconds: whoever walks through a list by keyboard changes it at every step
  const SLOW = 1000;

  form.querySelector("[data-save]").hidden = true;

  const fields = () => [...form.elements].filter((each) => each.name && each.name !== "was");
  const state = () => {
    const data = new URLSearchParams(new FormData(form));
    data.delete("was");
    return data.toString();
  };
  const show = (words) => {
    const data = new URLSearchParams(words);
    for (const each of fields()) {
      if (each.type === "checkbox" || each.type === "radio") each.checked = data.getAll(each.name).includes(each.value);
      else if (data.has(each.name)) each.value = data.get(each.name);
    }
  };

  const say = (words, label, act) => {
    document.querySelector(".done")?.remove(); // what the press before this one did
    const line = document.createElement("p");
    line.append(words);
    if (label) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button-link";
      button.textContent = label;
      button.addEventListener("click", act);
      line.append(" ", button);
    }
    said.replaceChildren(line);
  };

  let kept = state(); // what the house has, as far as this page knows
  let timer = 0;
  let isBusy = false;
  let isUndo = false;

  const save = async () => {
    clearTimeout(timer);
    timer = 0;
    if (isBusy) return;
    const sent = state();
    if (sent === kept) return;
    const before = kept;
    const wasUndo = isUndo;
    isUndo = false;
    isBusy = true;
    const slow = setTimeout(() => said.setAttribute("aria-busy", "true"), SLOW);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams(new FormData(form)),
      });
      if (answer.status === 409 || answer.status === 404) return location.reload();
      if (!answer.ok) throw new Error(String(answer.status));
      const found = await answer.json();
      kept = sent;
      form.elements.was.value = found.was;
      // No topic ticked means all of them: the boxes show what holds.
      if (state() === sent) {
        show(found.was);
        kept = state();
      }
      next.innerHTML = found.next; // written by our own templates, escaped there
      const undo = () => {
        isUndo = true;
        show(before);
        save();
        said.querySelector("button")?.blur();
      };
      if (wasUndo) say(form.dataset.undone);
      else say(found.is_all ? found.said : form.dataset.saved, form.dataset.undo, undo);
    } catch {
      isUndo = wasUndo;
      say(form.dataset.failed, form.dataset.again, save);
      return;
    } finally {
      isBusy = false;
      clearTimeout(slow);
      said.removeAttribute("aria-busy");
    }
    if (state() !== kept) save();
  };

  form.addEventListener("change", (event) => {
    // In another language the whole page is new.
    if (event.target.name === "language") return form.submit();
    clearTimeout(timer);
    timer = setTimeout(save, event.target.type === "checkbox" ? 0 : REST);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  addEventListener("online", save);
  // Whoever goes on at once has chosen all the same.
  addEventListener("pagehide", () => {
    if (!timer || state() === kept) return;
    fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), keepalive: true });
  });
})();
