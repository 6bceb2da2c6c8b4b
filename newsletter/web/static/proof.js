// The page "One more tap" works without this, after a wait. With it the browser does a sum instead (ALTCHA: find the
// number whose SHA-256 behind the salt is the challenge). Our own SHA-256, since that of the browser is missing on pages
// without TLS and, asked for one short text at a time, slower.
"use strict";
(() => {
  const form = document.querySelector("form[data-proof]");
  if (!form) return;
  const SLICE = 14; // milliseconds of work before the page gets its turn
  const SHOWN_AFTER = 1000;

  // The first 32 bits of the fractions of the cube roots of the first 64 primes, and of the square roots of eight.
  const fraction = (value) => ((value - Math.floor(value)) * 4294967296) | 0;
  const primes = [];
  for (let each = 2; primes.length < 64; each++) if (primes.every((prime) => each % prime)) primes.push(each);
  const K = Int32Array.from(primes, (prime) => fraction(Math.cbrt(prime)));
  const START = Int32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));

  const words = new Int32Array(64);
  const turn = (value, by) => (value >>> by) | (value << (32 - by));

  /** Takes 64 bytes into the state. */
  const take = (state, bytes, from) => {
    for (let i = 0; i < 16; i++) {
      const at = from + 4 * i;
      words[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i++) {
      const early = words[i - 15];
      const late = words[i - 2];
      const first = turn(early, 7) ^ turn(early, 18) ^ (early >>> 3);
      const second = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10);
      words[i] = (words[i - 16] + first + words[i - 7] + second) | 0;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + words[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i] = (state[i] + value) | 0;
  };

  /** A function that says whether the hash of salt and number is the challenge. What the salt fills is taken once. */
  const tester = (salt, challenge) => {
    const before = new TextEncoder().encode(salt);
    const whole = before.length - (before.length % 64);
    const begun = Int32Array.from(START);
    for (let at = 0; at < whole; at += 64) take(begun, before, at);
    const rest = before.subarray(whole);
    const wanted = Int32Array.from({ length: 8 }, (_, i) => parseInt(challenge.slice(8 * i, 8 * i + 8), 16) | 0);
    const last = new Uint8Array(128);
    const state = new Int32Array(8);
    return (number) => {
      const digits = String(number);
      const length = rest.length + digits.length;
      const end = length + 9 > 64 ? 128 : 64;
      last.fill(0);
      last.set(rest);
      for (let i = 0; i < digits.length; i++) last[rest.length + i] = digits.charCodeAt(i);
      last[length] = 128;
      const bits = 8 * (whole + length);
      last[end - 2] = bits >>> 8;
      last[end - 1] = bits;
      state.set(begun);
      for (let at = 0; at < end; at += 64) take(state, last, at);
      return state.every((word, i) => word === wanted[i]);
    };
  };

  const shown = form.querySelector("[data-working]");
  // Not in a noscript: where something keeps this file away, the wait holds too, and must be said.
  form.querySelector("[data-wait]")?.setAttribute("hidden", "");
  const bar = form.querySelector("progress");
  const puzzle = JSON.parse(form.dataset.proof);
  const begunAt = performance.now();
  let isSolved = false;
  let isPressed = false;

  const done = (number) => {
    isSolved = true;
    shown.hidden = true;
    if (number !== null) {
      const { algorithm, challenge, salt, signature } = puzzle;
      const answer = document.createElement("input");
      answer.type = "hidden";
      answer.name = form.dataset.field;
      answer.value = btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
      form.append(answer);
    }
    if (isPressed) form.submit();
  };

  const test = tester(puzzle.salt, puzzle.challenge);
  const work = (from) => {
    const ends = performance.now() + SLICE;
    let number = from;
    while (number <= puzzle.maxNumber && performance.now() < ends) {
      for (const stop = number + 64; number < stop; number++) if (test(number)) return done(number);
    }
    if (number > puzzle.maxNumber) return done(null); // never with a challenge of ours; then the wait holds
    bar.value = number / puzzle.maxNumber;
    if (isPressed && performance.now() - begunAt > SHOWN_AFTER) shown.hidden = false;
    setTimeout(work, 0, number);
  };

  form.addEventListener("submit", (event) => {
    if (isSolved) return;
    event.preventDefault();
    isPressed = true;
  });
  work(0);
})();
