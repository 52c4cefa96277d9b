// Finds the number that makes the hash of form, address and number begin with enough zero bits, and sends the form.
const AT_ONCE = 500;
const NO_SOONER = 1500; // milliseconds: a form that comes at once is taken for a program's
const form = document.querySelector("form[data-bits]");
const bits = Number(form.dataset.bits);
const encoder = new TextEncoder();

const zeroBits = (digest) => {
  const view = new DataView(digest);
  const first = view.getUint32(0);
  return first ? Math.clz32(first) : 32;
};

const attempt = async (number) => {
  const text = `${form.elements.token.value}:${form.elements.email.value}:${number}`;
  return zeroBits(await crypto.subtle.digest("SHA-256", encoder.encode(text))) >= bits ? number : null;
};

const find = async () => {
  for (let from = 0; ; from += AT_ONCE) {
    const tries = Array.from({ length: AT_ONCE }, (_, index) => attempt(from + index));
    const found = (await Promise.all(tries)).find((number) => number !== null);
    if (found !== undefined) return found;
  }
};

const pause = new Promise((done) => setTimeout(done, NO_SOONER));

Promise.all([find(), pause]).then(([number]) => {
  form.elements.proof.value = number;
  form.querySelector("button").disabled = false;
  form.requestSubmit();
});
