// Embeds the assistant: <script src="https://…/widget.js" defer></script>. Makes one button and, when it is first
// pressed, one frame from this script's own origin; the page around it and the chat cannot read each other.
(() => {
  "use strict";
  const script = document.currentScript;
  if (!script || document.getElementById("motcua-open")) return;
  const origin = new URL(script.src).origin;
  const style = (element, rules) => { Object.assign(element.style, rules); return element; };
  const button = style(document.createElement("button"), {
    position: "fixed", right: "16px", bottom: "16px", zIndex: "2147483000", minHeight: "56px", padding: "10px 20px 10px 12px",
    display: "flex", alignItems: "center", gap: "10px", border: "2px solid #f3c969", borderRadius: "32px", cursor: "pointer",
    background: "#0b5d55", color: "#fff", font: "600 17px/1.3 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
    boxShadow: "0 6px 20px rgba(16, 40, 36, .3)",
  });
  button.id = "motcua-open";
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-haspopup", "dialog");
  const image = new Image(36, 36);
  image.src = `${origin}/assets/w/icon.svg`;
  image.alt = "";
  button.append(image, document.createTextNode("Hỏi thủ tục"));
  let frame = null;

  const place = () => {
    const small = window.innerWidth < 560 || window.innerHeight < 560;
    style(frame, small
      ? { inset: "0", width: "100%", height: "100%", borderRadius: "0" }
      : { inset: "auto 16px 16px auto", width: "420px", height: "min(720px, calc(100vh - 32px))", borderRadius: "18px" });
  };
  const open = () => {
    if (!frame) {
      frame = style(document.createElement("iframe"), {
        position: "fixed", zIndex: "2147483001", border: "0", background: "#f4f6f5", boxShadow: "0 12px 40px rgba(16, 40, 36, .35)" });
      frame.id = "motcua-frame";
      frame.title = "Trợ lý Một cửa: hỏi đáp tự động về thủ tục hành chính";
      frame.src = `${origin}/chat`;
      frame.addEventListener("load", () => frame.focus(), { once: true });
      document.body.append(frame);
      window.addEventListener("resize", place);
    }
    place();
    frame.style.display = "block";
    button.setAttribute("aria-expanded", "true");
    frame.focus();
  };
  const close = () => {
    frame.style.display = "none";
    button.setAttribute("aria-expanded", "false");
    button.focus();
  };
  button.addEventListener("click", open);
  window.addEventListener("message", (event) => {
    if (frame && event.origin === origin && event.source === frame.contentWindow && event.data && event.data.motcua === "close") close();
  });
  document.body.append(button);
})();
