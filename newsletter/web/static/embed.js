/* Puts the sign-up form of a newsletter into a page of another site. It makes its elements one by one and brings its
   styles along as a sheet, so that it works under a strict content security policy: the site allows our host for
   scripts, for connections and for forms, and nothing inline. The site styles it by the variables and the parts below. */

const STYLE = `
  :host { display: block; max-width: 30em; }
  [hidden] { display: none; }
  [role=status]:not([hidden]) { display: grid; gap: 0.6em; }
  form, fieldset { display: grid; gap: 0.75em; margin: 0; padding: 0; border: 0; min-width: 0; }
  p { margin: 0; }
  label, legend { font-weight: 600; padding: 0; }
  input[type=email] {
    box-sizing: border-box; width: 100%; min-height: 44px; padding: 0.5em 0.75em; font: inherit; font-size: max(1em, 16px);
    border: 1px solid var(--gazette-edge, ButtonBorder); border-radius: var(--gazette-corner, 4px);
    background: var(--gazette-field, Field); color: var(--gazette-field-ink, FieldText);
  }
  input[aria-invalid] { border-width: 2px; border-color: var(--gazette-trouble, currentcolor); }
  .topics { display: flex; flex-wrap: wrap; gap: 0 1.25em; margin-top: 0.25em; }
  .topics label { display: inline-flex; align-items: center; gap: 0.5em; min-height: 44px; font-weight: 400; }
  .topics input { flex: none; width: 22px; height: 22px; margin: 0; accent-color: var(--gazette-accent, #0b4f80); }
  .consent, .after { font-size: 0.875em; line-height: 1.45; }
  button, .act {
    box-sizing: border-box; display: inline-block; min-height: 44px; padding: 0.6em 1.2em; font: inherit;
    font-weight: 600; text-align: center; text-decoration: none; cursor: pointer;
    border: 1px solid var(--gazette-accent, #0b4f80); border-radius: var(--gazette-corner, 4px);
    background: var(--gazette-accent, #0b4f80); color: var(--gazette-on-accent, #fff);
  }
  button.other { background: transparent; color: inherit; border-color: currentcolor; }
  .trouble { font-weight: 600; color: var(--gazette-trouble, inherit); }
  .trouble::before { content: "! "; content: "! " / ""; }
  #said:not(:empty) { display: grid; gap: 0.5em; margin-top: 0.4em; }
  label + input { margin-top: 0.25em; }
  .title { font-size: 1.25em; font-weight: 700; }
  .row { display: flex; flex-wrap: wrap; gap: 0.5em; align-items: center; }
  a { color: inherit; }
  :focus-visible { outline: 3px solid var(--gazette-accent, #0b4f80); outline-offset: 2px; }
  .trap { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

/** An element with its properties, attributes (`part`, `role`, what has a dash) and children. */
const made = (name, traits = {}, ...children) => {
  const element = document.createElement(name);
  for (const [trait, value] of Object.entries(traits)) {
    if (trait in element && trait !== "part" && trait !== "role" && !trait.includes("-")) element[trait] = value;
    else element.setAttribute(trait, value);
  }
  element.append(...children);
  return element;
};

/** Where the form goes: into the site's own places for it, or behind the script. */
const places = (form, script) => {
  const found = [...document.querySelectorAll(`.gazette-form[data-newsletter="${CSS.escape(form.slug)}"]`)];
  if (found.length || !script || !script.isConnected || script.closest("head")) return found;
  const place = made("div", { className: "gazette-form" });
  script.after(place);
  return [place];
};

const fill = (place, form) => {
  if (place.shadowRoot) return;
  const words = form.words;
  const root = place.attachShadow({ mode: "open", delegatesFocus: true });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const field = made("input", {
    id: "address", name: "address", type: "email", autocomplete: "email", autocapitalize: "none", spellcheck: false,
    maxLength: 320, required: true, dir: "ltr", part: "field",
  });
  const trap = made("input", { id: "trap", name: form.honeypot, type: "text", tabIndex: -1, autocomplete: "off" });
  const said = made("div", { id: "said", role: "alert", part: "trouble" });
  const button = made("button", { type: "submit", part: "button" }, words.button);
  const status = made("p", { role: "status", className: "after", part: "after" }, words.after);
  const boxes = form.topics.map((topic) =>
    made("label", { part: "topic" }, made("input", { type: "checkbox", name: "topics", value: topic.slug, checked: true }), topic.name),
  );
  const whole = made("form", { noValidate: true, method: "post", action: form.action, part: "form" },
    made("div", {}, made("label", { htmlFor: "address", part: "label" }, words.address), field, said),
    ...(boxes.length
      ? [made("fieldset", { part: "topics" }, made("legend", { part: "label" }, words.topics), made("div", { className: "topics" }, ...boxes))]
      : []),
    made("div", { className: "trap", "aria-hidden": "true" }, made("label", { htmlFor: "trap" }, words.empty), trap),
    made("p", { className: "consent", part: "consent" }, form.consent),
    made("div", {}, button),
    status,
  );
  const thanks = made("div", { tabIndex: -1, hidden: true, role: "status", part: "thanks" });
  root.append(made("div", { lang: form.language, dir: form.direction }, whole, thanks));

  /** A link that opens beside the page, never in its place. */
  const link = (href, text, traits = {}) =>
    made("a", { href, target: "_blank", rel: "noopener", "aria-label": `${text} (${words.new_tab})`, part: "link", ...traits }, text);

  const entered = (more = {}) => ({
    address: field.value,
    topics: boxes.map((box) => box.firstChild).filter((box) => box.checked).map((box) => box.value),
    language: form.language,
    [form.honeypot]: trap.value,
    ...more,
  });

  const say = (sentence, ...others) => {
    said.replaceChildren(made("p", { id: "sentence" }, sentence), ...others);
    status.textContent = words.after;
  };

  const mend = (sentence) => {
    say(sentence);
    said.firstChild.className = "trouble";
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", "sentence");
    field.focus();
  };

  const ask = (answer) => {
    const yes = made("button", { type: "button", part: "button" }, words.yes);
    const no = made("button", { type: "button", className: "other", part: "button" }, words.no);
    yes.addEventListener("click", () => {
      field.value = answer.better;
      field.focus();
      send();
    });
    no.addEventListener("click", () => {
      field.focus();
      send({ as_typed: "yes" });
    });
    say(answer.sentence, made("div", { className: "row" }, yes, no));
    field.setAttribute("aria-describedby", "sentence");
    yes.focus();
  };

  /** The same form, sent as a browser sends one: it leads to a page of ours in a new tab. */
  const tap = (answer) => {
    const fields = Object.entries(entered({ as_typed: "yes" })).flatMap(([name, value]) =>
      [value].flat().map((each) => made("input", { type: "hidden", name, value: each })),
    );
    const go = made("button", { type: "submit", part: "button" }, words.tap);
    const more = made("form", { method: "post", action: form.action, target: "_blank" }, ...fields, go);
    thank([made("p", {}, answer.sentence), more, made("p", {}, link(form.page, words.page))]);
    go.focus();
  };

  const thank = (children) => {
    thanks.replaceChildren(...children);
    whole.hidden = true;
    thanks.hidden = false;
    thanks.focus();
  };

  const taken = (answer) => {
    const back = made("button", { type: "button", className: "other", part: "button" }, words.change);
    back.addEventListener("click", () => {
      whole.hidden = false;
      thanks.hidden = true;
      field.focus();
    });
    const goOn = answer.url.startsWith("https://") ? [made("p", {}, link(answer.url, words.go_on))] : [];
    thank([
      made("p", { className: "title" }, answer.title),
      ...(answer.thanks ? [made("p", {}, answer.thanks)] : []),
      made("p", {}, answer.sentence),
      made("p", { className: "after" }, words.spam),
      made("div", { className: "row" }, made("span", {}, words.wrong), back),
      ...goOn,
    ]);
    place.dispatchEvent(new CustomEvent("gazette-asked", { bubbles: true, composed: true }));
    // In a frame of a site builder the other page would stand inside that frame: there it is a link.
    if (goOn.length && window.top === window) window.location.assign(answer.url);
  };

  const heard = (answer) => {
    const hear = { asked: taken, hint: ask, tap, trouble: () => mend(answer.sentence) }[answer.state];
    if (hear) hear(answer);
    else say(answer.sentence || words.failed, made("p", {}, link(form.page, words.page)));
  };

  /** A site that is not in the list may not read our answer. Sent once more without asking, it stands at the desk. */
  const blocked = () => {
    if (!navigator.onLine) return say(words.failed);
    say(words.blocked, made("p", {}, link(form.page, words.page)));
    const quietly = { method: "POST", mode: "no-cors", credentials: "omit", body: new URLSearchParams({ site: "asks" }) };
    fetch(form.action, quietly).catch(() => {});
  };

  let isSending = false;
  const send = async (more) => {
    if (isSending) return;
    isSending = true;
    button.setAttribute("aria-disabled", "true");
    said.replaceChildren();
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    status.textContent = words.sending;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(entered(more)),
      });
      heard(await response.json().catch(() => ({})));
    } catch {
      blocked();
    } finally {
      isSending = false;
      button.removeAttribute("aria-disabled");
    }
  };

  whole.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  if (form.closed) {
    say(form.closed);
    for (const control of whole.elements) control.disabled = true;
  }
};

const putForm = (form) => {
  const script = document.currentScript;
  const put = () => places(form, script).forEach((place) => fill(place, form));
  put();
  // A script in the head, or before the place in the page, finds it when the page is all there.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", put);
};
