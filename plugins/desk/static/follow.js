// Only the preview's server adds this to pages: they are shown anew when there is a new build.
const { edition } = document.currentScript.dataset;
new EventSource("/.preview/events").onmessage = ({ data }) => {
  if (data !== edition) location.reload();
};
