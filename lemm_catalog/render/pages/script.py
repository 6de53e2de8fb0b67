"""The script of the status page: takes new states in, and changes only what changed.

The server makes the HTML, so that there is one way to show a state, with this script
and without. Elements that stay keep focus, selection and the motion of their bars.
"""

SCRIPT = """
"use strict";
(() => {
  const lost = document.querySelector(".lost");
  const attributes = (old, now) => {
    for (const {name, value} of now.attributes)
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    for (const {name} of [...old.attributes])
      if (!now.hasAttribute(name)) old.removeAttribute(name);
  };
  const morph = (old, now) => {
    if (old.nodeType !== now.nodeType || old.nodeName !== now.nodeName) {
      old.replaceWith(now);
      return;
    }
    if (old.nodeType === Node.TEXT_NODE) {
      if (old.data !== now.data) old.data = now.data;
      return;
    }
    attributes(old, now);
    const left = [...old.childNodes], right = [...now.childNodes];
    right.forEach((child, i) => left[i] ? morph(left[i], child) : old.append(child));
    left.slice(right.length).forEach(child => child.remove());
  };
  let source = null, timer = 0;
  const close = () => {
    clearTimeout(timer);
    if (source) source.close();
    source = null;
  };
  const open = () => {
    close();
    source = new EventSource("events?as=page");
    source.onmessage = ({data}) => {
      const holder = document.createElement("template");
      holder.innerHTML = data;
      const now = holder.content.firstElementChild;
      if (!now) return;
      morph(document.querySelector("main"), now);
      document.title = now.dataset.title;
      lost.classList.remove("on");
    };
    source.onerror = () => {
      lost.classList.add("on");
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, 5000);
    };
  };
  document.addEventListener("visibilitychange", () =>
    document.hidden ? close() : open());
  addEventListener("pagehide", close);
  if (!document.hidden) open();
})();
"""
