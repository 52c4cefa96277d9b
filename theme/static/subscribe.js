// Fetches the signed time that the list wants with a sign-up, once someone begins to fill in the form.
// Without script, or if it can't be had, the list asks for one more click instead.
const form = document.querySelector("form[data-token]");

form?.addEventListener(
  "focusin",
  async () => {
    const answer = await fetch(form.dataset.token).catch(() => null);
    if (answer?.ok) form.elements.token.value = await answer.text();
  },
  { once: true },
);
