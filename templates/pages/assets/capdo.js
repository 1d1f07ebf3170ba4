// What pages do beyond what they do without script. Nothing depends on it.
(function () {
  "use strict";
  // After a sent form came back, go to what it says.
  var said = document.getElementById("trouble") || document.getElementById("done");
  if (said) { said.setAttribute("tabindex", "-1"); said.focus({ preventScroll: false }); }
  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", function (e) {
    var f = e.target;
    if (f.method !== "post" || f.hasAttribute("hx-post")) return;
    if (f.dataset.sent) { e.preventDefault(); return; }
    f.dataset.sent = "yes";
    window.addEventListener("pageshow", function () { delete f.dataset.sent; }, { once: true });
  });
  // Pages that wait for long work look again by themselves.
  var wait = document.querySelector("[data-again]");
  if (wait) setTimeout(function () { location.reload(); }, 1000 * Number(wait.dataset.again));
})();
