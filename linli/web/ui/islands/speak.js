// Reads a part of the page aloud, where the device can.
const can = "speechSynthesis" in window;
const language = document.documentElement.lang.startsWith("en") ? "en-GB" : "zh-CN";

if (can) {
  for (const button of document.querySelectorAll("[data-speak]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      if (speechSynthesis.speaking) {
        speechSynthesis.cancel();
        return;
      }
      const part = document.querySelector(button.dataset.speak).cloneNode(true);
      part.querySelectorAll("button, svg, input, [hidden], .l-sr").forEach((node) => node.remove());
      const speech = new SpeechSynthesisUtterance(part.textContent.replace(/\s+/g, " "));
      speech.lang = language;
      speech.rate = 0.9;
      speechSynthesis.speak(speech);
    });
  }
  window.addEventListener("pagehide", () => speechSynthesis.cancel());
}
