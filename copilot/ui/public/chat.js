// Follow the computer's light or dark setting until a person chooses one.
try {
  if (!localStorage.getItem('vite-ui-theme')) localStorage.setItem('vite-ui-theme', 'system');
} catch {
  // Storage is switched off: the chat stays light.
}
