// Bring the cited place to the middle of the screen (the address alone would put it under the top edge).
const cited = document.getElementById('cited');
if (cited) {
  cited.scrollIntoView({ block: 'center' });
  cited.focus({ preventScroll: true });
}
