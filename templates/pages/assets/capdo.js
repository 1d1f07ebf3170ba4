// What pages do beyond what they do without script. Nothing depends on it.
(function () {
  "use strict";
  // After a sent form came back, go to what it says.
  var said = document.getElementById("trouble") || document.getElementById("done");
  if (said) { said.setAttribute("tabindex", "-1"); said.focus({ preventScroll: false }); }
  // Without a line nothing is sent, and what was typed stays where it is.
  var line = document.getElementById("offline");
  var lost = function () { if (line) { line.hidden = false; line.scrollIntoView({ block: "center" }); } };
  window.addEventListener("online", function () { if (line) line.hidden = true; });
  document.addEventListener("htmx:error", function (e) { if (!e.detail || !e.detail.ctx || !e.detail.ctx.response) lost(); });
  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", function (e) {
    var f = e.target;
    if (f.method !== "post" || f.hasAttribute("hx-post") || e.submitter && e.submitter.formTarget) return;
    if (f.dataset.sent) { e.preventDefault(); return; }
    if (!navigator.onLine) { e.preventDefault(); lost(); return; }
    f.dataset.sent = "yes";
    window.addEventListener("pageshow", function () { delete f.dataset.sent; }, { once: true });
  });
  // Files may be dropped, several at once, and show how far they have come. Each is
  // sent as the form itself sends one.
  var up = document.querySelector("form[data-upload]");
  if (up && window.XMLHttpRequest && window.FormData) {
    var bar = up.querySelector("[data-bar]"), told = up.querySelector("[data-said]"), drop = up.querySelector(".drop"), pick = up.elements.file;
    up.querySelector("[data-drag]").hidden = false;
    var send = function (files, i) {
      if (i === files.length) { location.href = up.action + "?done=file_added&as=" + up.elements.as.value; return; }
      var body = new FormData(), x = new XMLHttpRequest();
      body.append("as", up.elements.as.value); body.append("file", files[i]);
      bar.hidden = false; bar.value = 0; told.textContent = up.dataset.busy + ": " + files[i].name;
      x.upload.onprogress = function (e) { if (e.lengthComputable) bar.value = 100 * e.loaded / e.total; };
      x.onload = function () {
        if (x.status < 400) { send(files, i + 1); return; }
        var page = new DOMParser().parseFromString(x.responseText, "text/html"), why = page.getElementById("trouble");
        bar.hidden = true; told.dataset.bad = "yes"; told.textContent = up.dataset.failed + ": " + files[i].name + ". " + (why ? why.textContent.replace(/\s+/g, " ") : "");
      };
      x.onerror = function () { bar.hidden = true; told.textContent = up.dataset.failed + ": " + files[i].name; };
      x.open("POST", up.action); x.send(body);
    };
    up.addEventListener("submit", function (e) { if (pick.files.length) { e.preventDefault(); e.stopImmediatePropagation(); send(pick.files, 0); } }, true);
    drop.addEventListener("dragover", function (e) { e.preventDefault(); drop.classList.add("over"); });
    drop.addEventListener("dragleave", function () { drop.classList.remove("over"); });
    drop.addEventListener("drop", function (e) { e.preventDefault(); drop.classList.remove("over"); if (e.dataTransfer.files.length) send(e.dataTransfer.files, 0); });
  }
  // Pages that wait for long work look again by themselves.
  var wait = document.querySelector("[data-again]");
  if (wait) setTimeout(function () { location.reload(); }, 1000 * Number(wait.dataset.again));
  // Printing is the browser's; its button is there only where it works.
  document.querySelectorAll("[data-print]").forEach(function (b) {
    b.hidden = false;
    b.addEventListener("click", function () { window.print(); });
  });
  // What is typed into a long form is kept when the page is left.
  document.querySelectorAll("form[data-draft]").forEach(function (f) {
    var typed = false;
    document.addEventListener("input", function (e) { if (e.target.form === f) typed = true; });
    f.addEventListener("submit", function () { typed = false; });
    window.addEventListener("pagehide", function () {
      if (typed) navigator.sendBeacon(f.dataset.draft, new URLSearchParams(new FormData(f)));
    });
  });
})();
