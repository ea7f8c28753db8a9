// Keeps the page current: the server sends the parts that changed, rendered, and each replaces the one with its ID.
import { Idiomorph } from '/idiomorph.js';

const connection = document.getElementById('connection');
const updates = new EventSource('/updates');

updates.onopen = () => {
  connection.hidden = true;
};
// The browser connects again by itself.
updates.onerror = () => {
  connection.hidden = false;
};
updates.onmessage = ({ data }) => {
  for (const [id, html] of Object.entries(JSON.parse(data))) {
    // Changes the elements that differ: focus, selection and scroll position stay.
    Idiomorph.morph(document.getElementById(id), html);
  }
};
