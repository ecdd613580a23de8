// The chat page. No message is lost or doubled: each has an id of ours until it is acknowledged and is sent again under
// the same id after any break; replies carry growing numbers, and what was seen is not shown again.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const log = $("log"), box = $("scroll"), field = $("text");
  const ACK_MS = 8000, PING_MS = 25000, SLOW_MS = 20000, TRIES_BEFORE_POLLING = 2, LONGEST_PAUSE = 15000;

  // Session storage, not local: on a shared computer the next person must not find the last one's conversation.
  const store = {
    get() { try { return JSON.parse(sessionStorage.getItem("motcua")) || {}; } catch (e) { return this.kept || {}; } },
    set(value) { this.kept = value; try { sessionStorage.setItem("motcua", JSON.stringify(value)); } catch (e) { /* kept */ } },
  };
  let session = { pending: [], ...store.get() };
  let last = 0, seen = new Set(), waiting = new Set(), bubbles = new Map();
  let socket = null, ready = false, misses = 0, polling = false, run = 0, pinger, acker, slow, pollStop = null;
  const save = () => store.set(session);
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
  const pause = () => Math.min(LONGEST_PAUSE, 500 * 2 ** Math.min(misses, 6)) * (0.5 + Math.random() / 2);
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");

  // ---- drawing: text only ever becomes text nodes -------------------------------------------------------------------
  const node = (tag, cls, text) => {
    const made = document.createElement(tag);
    if (cls) made.className = cls;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const safeLink = (url, text) => {
    let parsed;
    try { parsed = new URL(url); } catch (e) { return document.createTextNode(text); }
    if (!["https:", "tel:", "mailto:"].includes(parsed.protocol)) return document.createTextNode(text);
    const link = node("a", "", text);
    link.href = parsed.href;
    if (parsed.protocol === "https:") { link.target = "_blank"; link.rel = "noopener noreferrer"; }
    return link;
  };
  const withLinks = (parent, text) => {
    text.split(/(https:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]])/).forEach((piece, at) =>
      parent.append(at % 2 ? safeLink(piece, piece) : document.createTextNode(piece)));
    return parent;
  };
  const prose = (parent, text) => {
    let list = null;
    for (const line of text.split("\n")) {
      const item = /^\s*(?:([-•*–])|(\d{1,2}[.)]))\s+(.*)$/.exec(line);
      if (!item) {
        list = null;
        if (line.trim()) withLinks(parent.appendChild(node("p")), line.trim());
        continue;
      }
      const tag = item[2] ? "ol" : "ul";
      if (!list || list.localName !== tag) list = parent.appendChild(node(tag));
      if (!list.hasAttribute("role")) list.setAttribute("role", "list");
      const entry = list.appendChild(node("li"));
      entry.dataset.mark = item[2] || "•";
      withLinks(entry.appendChild(node("span")), item[3]);
    }
  };
  const day = (iso) => iso.split("-").reverse().join("/");
  const sources = (list) => {
    const part = node("div", "sources");
    part.append(node("h3", "", "Nguồn"));
    const rows = part.appendChild(node("ul"));
    for (const source of list) {
      const row = rows.appendChild(node("li"));
      const decision = source.decision || "";
      const named = [/^\d/.test(source.code) ? `Mã thủ tục ${source.code}` : "",
        decision && !decision.includes(" ") ? `Quyết định ${decision}` : decision, `kiểm tra ngày ${day(source.checked_on)}`];
      row.append(named.filter(Boolean).join(" · "));
      if (source.url) { row.append(node("br"), safeLink(source.url, "Xem trang nguồn")); }
    }
    return part;
  };
  const options = (list) => {
    const group = node("div", "options");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", "Chọn một mục");
    for (const option of list) {
      const button = group.appendChild(node("button", "", option.title));
      button.type = "button";
      button.addEventListener("click", () => {
        if (button.getAttribute("aria-disabled")) return;
        for (const each of group.children) each.setAttribute("aria-disabled", "true");
        button.setAttribute("aria-pressed", "true");
        send(option.title, option.payload);
      });
    }
    return group;
  };
  const nearEnd = () => box.scrollHeight - box.scrollTop - box.clientHeight < 120;
  const toEnd = () => { box.scrollTop = box.scrollHeight; };
  const show = (turn, follow) => {
    $("welcome").hidden = true;
    log.append(turn);
    if (!follow) { $("down").hidden = false; return; }
    if (turn.offsetHeight > box.clientHeight * 0.8) box.scrollTop = turn.offsetTop - 12; else toEnd();
  };
  const drawMine = (id, text, note) => {
    const turn = node("div", "turn in");
    turn.append(node("span", "sr", "Anh/Chị hỏi:"), node("div", "bubble", text || "(đã chọn một mục)"));
    const meta = turn.appendChild(node("div", "meta", note || ""));
    bubbles.set(id, meta);
    show(turn, true);
  };
  const drawReply = (entry) => {
    const { reply } = entry, follow = nearEnd();
    const turn = node("article", `turn out ${reply.kind}`);
    turn.append(node("span", "sr", "Hệ thống tự động trả lời:"));
    const bubble = turn.appendChild(node("div", "bubble"));
    prose(bubble, reply.text);
    if (reply.procedure && bubble.children.length > 1) bubble.firstChild.className = "head";
    if (reply.sources && reply.sources.length) bubble.append(sources(reply.sources));
    if (reply.options && reply.options.length) turn.append(options(reply.options));
    answered(entry.reply_to);
    typing();
    show(turn, follow);
  };
  // Answers come in order, and one may be to several messages that came too fast: it names the newest of them.
  const answered = (id) => {
    if (waiting.has(id)) for (const older of [...waiting]) {
      waiting.delete(older);
      if (older === id) break;
    }
  };
  const note = (id, text, bad) => {
    const meta = bubbles.get(id);
    if (meta) { meta.textContent = text; meta.classList.toggle("bad", Boolean(bad)); }
  };
  const typing = () => {
    const follow = nearEnd();
    $("typing").hidden = !waiting.size;
    clearTimeout(slow);
    if (waiting.size) slow = setTimeout(() => problem("Câu trả lời đang đến chậm hơn thường lệ. Anh/Chị vui lòng chờ thêm ạ."), SLOW_MS);
    else problem("");
    if (follow) toEnd();
  };
  const problem = (text) => { $("problem").textContent = text; $("problem").hidden = !text; };
  const state = (on, text) => { $("state").classList.toggle("on", on); $("state-text").textContent = text; };

  // ---- taking in what the server says --------------------------------------------------------------------------------
  const take = (entry) => {
    if (entry.seq <= last) return;
    last = entry.seq;
    if (seen.has(entry.id)) return;
    seen.add(entry.id);
    if (entry.direction === "in") {
      drawMine(entry.id, entry.text);
      waiting.add(entry.id);
      settle(entry.id);
      typing();
    } else drawReply(entry);
  };
  const settle = (id) => {
    session.pending = session.pending.filter((message) => message.id !== id);
    save();
    note(id, "");
    armAck();
  };
  const refuse = (id, text) => {
    settle(id);
    waiting.delete(id);
    typing();
    note(id, text || "Không gửi được", true);
  };

  // ---- HTTP -----------------------------------------------------------------------------------------------------------
  const call = async (path, init = {}) => {
    const cut = new AbortController(), timer = setTimeout(() => cut.abort(), 35000);
    if (init.stop) init.stop.signal.addEventListener("abort", () => cut.abort());
    try {
      const headers = { ...(session.token ? { Authorization: `Bearer ${session.token}` } : {}), ...(init.headers || {}) };
      const answer = await fetch(path, { ...init, headers, signal: cut.signal, credentials: "omit", cache: "no-store" });
      return { status: answer.status, body: await answer.json().catch(() => ({})) };
    } finally { clearTimeout(timer); }
  };
  const catchUp = async (mine) => {
    log.setAttribute("aria-live", "off"); // old messages are shown, not read out
    for (;;) {
      const { status, body } = await call(`/web/messages?after=${last}`);
      if (mine !== run) return;
      if (status === 401) { expired(); return; }
      if (status !== 200) throw new Error(status);
      body.messages.forEach(take);
      if (body.messages.length < 100) break;
    }
    requestAnimationFrame(() => log.setAttribute("aria-live", "polite"));
  };
  const post = async (message) => {
    const { status, body } = await call("/web/messages", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(message) });
    if (status === 202) { seen.add(message.id); settle(message.id); return; }
    if (status === 401) { expired(); return; }
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) { refuse(message.id, body.message); return; }
    throw new Error(status);
  };

  // ---- connecting: socket first, long poll where sockets do not pass ---------------------------------------------------
  const connect = async () => {
    const mine = ++run;
    hangUp();
    while (mine === run) {
      try {
        if (!session.token) {
          const { status, body } = await call("/web/conversations", { method: "POST" });
          if (status !== 201) throw new Error(status);
          session = { ...session, ...body };
          save();
        }
        await catchUp(mine);
        if (mine !== run) return;
        if (polling || !("WebSocket" in window)) await poll(mine); else await talk(mine);
      } catch (e) { /* said below, tried again */ }
      if (mine !== run) return;
      misses += 1;
      if (misses >= TRIES_BEFORE_POLLING && !ready) polling = true;
      state(false, navigator.onLine === false ? "Mất mạng, sẽ tự nối lại" : "Đang kết nối lại…");
      await sleep(pause());
    }
  };
  const hangUp = () => {
    clearInterval(pinger);
    clearTimeout(acker);
    if (pollStop) { pollStop.abort(); pollStop = null; }
    if (socket) { socket.onclose = socket.onmessage = null; socket.close(); socket = null; }
    ready = false;
  };
  const talk = (mine) => new Promise((ended) => {
    const url = new URL("/web/socket", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const wire = socket = new WebSocket(url);
    let heard = Date.now();
    const timer = setTimeout(() => ready || wire.close(), ACK_MS);
    wire.onopen = () => wire.send(JSON.stringify({ token: session.token, after: last }));
    wire.onmessage = (event) => {
      heard = Date.now();
      const frame = JSON.parse(event.data);
      if (frame.type === "ready") online(); else hear(frame);
    };
    wire.onclose = (event) => {
      clearTimeout(timer); clearInterval(pinger); clearTimeout(acker);
      if (mine !== run) return ended();
      if (ready) misses = 0;
      ready = false; socket = null;
      if (event.code === 4401) expired();
      ended();
    };
    pinger = setInterval(() => {
      if (Date.now() - heard > PING_MS * 2) wire.close();
      else if (ready) wire.send('{"type":"ping"}');
    }, PING_MS);
  });
  const online = () => {
    ready = true; misses = 0;
    state(true, "Hệ thống tự động");
    session.pending.forEach(transmit);
    armAck();
  };
  const hear = (frame) => {
    if (frame.type === "reply") take({ ...frame, direction: "out" });
    else if (frame.type === "ack") settle(frame.id);
    else if (frame.type === "error" && frame.id) {
      if (/unavailable|assistant_error/.test(frame.error)) setTimeout(() => resend(frame.id), 2000);
      else refuse(frame.id, frame.message);
    }
  };
  const resend = (id) => session.pending.filter((message) => message.id === id).forEach(transmit);
  const transmit = (message) => {
    if (ready && socket && socket.readyState === 1) socket.send(JSON.stringify({ type: "message", ...message }));
  };
  // An acknowledgement that does not come means a dead line: close it, connect again, send again.
  const armAck = () => {
    clearTimeout(acker);
    if (session.pending.length && socket) { const wire = socket; acker = setTimeout(() => wire.close(), ACK_MS); }
  };
  const poll = async (mine) => {
    ready = true;
    state(true, "Hệ thống tự động");
    while (mine === run) {
      for (const message of [...session.pending]) await post(message);
      if (mine !== run) return;
      if (session.pending.length) continue; // written meanwhile
      pollStop = new AbortController();
      const { status, body } = await call(`/web/messages?after=${last}&wait=25`, { stop: pollStop })
        .catch((error) => { if (session.pending.length && mine === run) return { status: 200, body: { messages: [] } }; throw error; });
      if (mine !== run) return;
      if (status === 401) { expired(); return; }
      if (status !== 200) { ready = false; throw new Error(status); }
      misses = 0;
      body.messages.forEach(take);
    }
  };

  // ---- what the person does --------------------------------------------------------------------------------------------
  const send = (text, payload) => {
    const message = payload ? { id: newId(), text, payload } : { id: newId(), text };
    session.pending.push(message);
    save();
    seen.add(message.id);
    waiting.add(message.id);
    drawMine(message.id, text, "Đang gửi…");
    typing();
    transmit(message);
    armAck();
    if (!socket && pollStop) pollStop.abort();
  };
  const clear = () => {
    last = 0; seen = new Set(); waiting = new Set(); bubbles = new Map();
    log.replaceChildren();
    $("welcome").hidden = false;
    $("down").hidden = true;
    typing();
  };
  const fresh = () => {
    session = { pending: [] };
    save();
    clear();
    misses = 0;
    state(false, "Đang kết nối…");
    connect();
    box.scrollTop = 0;
  };
  const expired = () => {
    fresh();
    problem("Phiên trò chuyện trước đã hết hạn, hệ thống vừa mở phiên mới. Anh/Chị vui lòng hỏi lại ạ.");
  };
  const grow = () => { field.style.height = "auto"; field.style.height = `${field.scrollHeight}px`; };
  const submit = () => {
    const text = field.value.trim();
    if (!text) { field.focus(); return; }
    field.value = "";
    grow();
    send(text);
  };

  $("form").addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    // During Vietnamese composition (Telex, VNI) Enter ends the word, not the message.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); submit(); }
  });
  $("fresh").addEventListener("click", () => { fresh(); field.focus(); });
  $("down").addEventListener("click", () => { toEnd(); field.focus({ preventScroll: true }); });
  box.addEventListener("scroll", () => { if (nearEnd()) $("down").hidden = true; }, { passive: true });
  document.querySelectorAll(".suggest").forEach((button) => button.addEventListener("click", () => { send(button.textContent); field.focus(); }));
  window.addEventListener("online", () => { polling = false; misses = 0; if (!ready) connect(); });
  if (window.parent !== window) {
    const leave = () => window.parent.postMessage({ motcua: "close" }, "*"); // carries nothing
    $("close").hidden = false;
    $("close").addEventListener("click", leave);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") leave(); });
  }
  session.pending.forEach((message) => { seen.add(message.id); });
  connect().catch(() => {});
  const kept = session.pending.slice();
  kept.forEach((message) => { waiting.add(message.id); drawMine(message.id, message.text, "Đang gửi…"); });
  if (kept.length) typing();
})();
