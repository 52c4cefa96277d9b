// Presses the button in the browser that asked for the letters: the page has this script only there.
document.querySelector("form").requestSubmit();
