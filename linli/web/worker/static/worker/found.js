// A find: the place near the phone, posted so that it stays out of logs.

function start() {
  const form = document.querySelector("form[data-found]:not([data-ready])");
  if (!form) return;
  form.dataset.ready = "";
  form.querySelector("#q").addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  const button = form.querySelector("[data-here]");
  if (!("geolocation" in navigator)) return;
  button.hidden = false;
  button.addEventListener("click", () =>
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const { elements } = form;
        elements.lat.value = coords.latitude.toFixed(6);
        elements.lng.value = coords.longitude.toFixed(6);
        window.htmx.ajax("POST", form.dataset.placesUrl, {
          target: "#places",
          swap: "innerHTML",
          values: { lat: elements.lat.value, lng: elements.lng.value, csrfmiddlewaretoken: elements.csrfmiddlewaretoken.value },
        });
      },
      () => (form.querySelector("#places").textContent = form.dataset.wordNowhere),
      { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 },
    ),
  );
}

start();
document.addEventListener("htmx:load", start);
