/* routemap: draw a case on a Leaflet map. Every text from the case enters as a text node. */
const routemap = (() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const COPIES = [-360, 0, 360];
  const ARROW_STEP_PX = 170;
  const SHORTEST_ARROWED_PX = 24;
  const DOT_KM = 15;
  const INK = "#26323A";
  const GREY = "#4A4A4A";
  const CONTESTED = {
    direct: "contested: denied or questioned",
    "by-claim": "contested: a claim for it is denied or questioned",
    "by-route": "contested: its route is denied or questioned",
  };

  /* ---- elements ---------------------------------------------------------------------------- */

  /** Return an element; texts among the children become text nodes and nothing else. */
  const el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => node.setAttribute(name, value));
    node.append(...parts(children));
    return node;
  };

  const there = (value) => value !== null && value !== undefined && value !== false && value !== "";
  const parts = (children) => [children].flat(Infinity).filter(there);

  /** Return a text of the case, isolated so that its direction cannot disturb what is around it. */
  const said = (text) => (there(text) ? el("bdi", { dir: "auto" }, String(text)) : null);

  const listed = (texts, between = "; ") =>
    (texts || []).map((text, index) => [index ? between : null, said(text)]);

  const button = (label, name, action) => {
    const node = el("button", { type: "button", class: name }, label);
    node.addEventListener("click", action);
    return node;
  };

  /** Return a link if the address is one of the web, else its text. */
  const link = (address, label) =>
    /^https?:\/\//i.test(address || "")
      ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label || said(address))
      : said(address);

  /** Return a part that opens; what is in it is made when it is first opened. */
  const fold = (title, open, content) => {
    const node = el("details", { class: "rm-fold" }, el("summary", {}, title));
    const fill = () => node.childElementCount === 1 && node.append(...parts(content()));
    if (open) { fill(); }
    node.open = open;
    node.addEventListener("toggle", () => node.open && fill());
    return node;
  };

  /** Return a definition list; rows without a value are left out. */
  const facts = (rows) =>
    el("dl", { class: "rm-facts" }, rows
      .filter(([, value]) => parts(value).length > 0)
      .map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));

  /** Return a short line as a picture: strokes are [colour, width, dash, opacity]. */
  const sample = (...strokes) => {
    const svg = document.createElementNS(SVG, "svg");
    const set = (node, values) =>
      Object.entries(values).forEach(([name, value]) => there(value) && node.setAttribute(name, value));
    set(svg, { class: "rm-sample", viewBox: "0 0 44 12", "aria-hidden": "true" });
    strokes.filter(there).forEach(([stroke, width, dash, opacity]) => {
      const line = svg.appendChild(document.createElementNS(SVG, "line"));
      set(line, { x1: 2, y1: 6, x2: 42, y2: 6, stroke, "stroke-width": width });
      set(line, { "stroke-dasharray": dash, "stroke-opacity": opacity });
    });
    return svg;
  };

  /* ---- numbers and words ------------------------------------------------------------------- */

  /** Return [lat, lng] pairs of lon, lat steps in fractions of a degree. */
  const points = (steps, scale, shift = 0) => {
    const line = [];
    for (let i = 0, lon = 0, lat = 0; i < steps.length; i += 2) {
      lon += steps[i];
      lat += steps[i + 1];
      line.push([lat / scale, lon / scale + shift]);
    }
    return line;
  };

  const km = (value) => {
    if (!there(value)) { return "not known"; }
    return `${value >= 100 ? Math.round(value).toLocaleString("en") : Math.round(value * 10) / 10} km`;
  };

  const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  const grade = (code, words) =>
    code ? `${code}: ${words[code[0]]}, ${words[code[1]]}` : "not graded";

  const speaker = (source) => source.publisher || source.title;

  const legTitle = (leg) => [said(leg.origin_name || "?"), " \u2192 ", said(leg.destination_name || "?")];

  /* ---- base map ---------------------------------------------------------------------------- */

  const drawBase = (map, base) => {
    const renderer = L.canvas({ padding: 0.3, pane: "rm-base" });
    const drawn = (shape, list, nest, look) => COPIES.forEach((shift) => {
      const decoded = list.map((one) => nest(one, (steps) => points(steps, base.scale, shift)));
      shape(decoded, { renderer, pane: "rm-base", interactive: false, ...look }).addTo(map);
    });
    const fill = (list, fillColor) =>
      drawn(L.polygon, list, (rings, read) => rings.map(read),
        { color: fillColor, weight: 0.6, fillOpacity: 1 });
    const line = (list, look) => drawn(L.polyline, list, (steps, read) => read(steps), look);
    fill(base.land, "#F7F5EF");
    fill(base.lakes, "#CDDEE8");
    line(base.rivers, { color: "#BDD2DE", weight: 0.8 });
    line(base.borders, { color: "#A39A88", weight: 1 });
    line(base.disputed, { color: "#A39A88", weight: 1.2, dashArray: "4 4" });
  };

  /* ---- legs -------------------------------------------------------------------------------- */

  const drawLeg = (view, leg) => {
    const { precision, style } = view.data;
    const state = style.states[leg.state];
    const { core } = style.basis[leg.basis];
    const group = L.featureGroup();
    const line = points(leg.line, precision);
    const stroke = (path, color, weight, opacity, dashArray) =>
      L.polyline(path, { renderer: view.canvas, bubblingMouseEvents: false, lineCap: dashArray ? "butt" : "round",
        color, weight, opacity, dashArray }).addTo(group);
    if (leg.contested) { stroke(line, style.contested, leg.width + 7, 0.35); }
    stroke(line, "#FFFFFF", leg.width + 3, 0.9);
    dashes(leg, style).forEach(([start, stop, dash]) =>
      stroke(line.slice(start, stop + 1), style.modes[leg.mode].colour, leg.width, state.opacity, dash));
    if (core && !state.dash) { stroke(line, core, 1.4, 0.95); }
    const turn = 360 * Math.round((line[0][1] - leg.line[0] / precision) / 360);
    leg.gauges.forEach((change) => drawGaugeChange(view, change, turn, group));
    group.on("click", () => view.show(leg));
    return { leg, line, group, arrows: L.layerGroup(), ends: [line[0][1], line[line.length - 1][1]] };
  };

  /** Draw where a train goes over from one track gauge to another. */
  const drawGaugeChange = (view, change, turn, group) => {
    const at = [change.lat, change.lon + turn];
    L.circleMarker(at, { renderer: view.canvas, bubblingMouseEvents: false, radius: 5, color: INK, weight: 2,
      fillColor: "#FFFFFF", fillOpacity: 1 }).addTo(group);
    const name = el("span", { class: "rm-name" }, gaugeWords(change));
    tag(at, name).addTo(group);
    view.names.push({ at, name });
  };

  const gaugeWords = (change) => `${change.from_mm} to ${change.to_mm} mm`;

  /** Return [start, stop, dash] of the strokes of a leg; neighbours of one pattern are one stroke. */
  const dashes = (leg, style) => {
    const joined = [];
    leg.parts.forEach(([kind, , start, stop]) => {
      const dash = style.states[leg.state].dash || style.kinds[kind].dash;
      const last = joined[joined.length - 1];
      if (last && last[2] === dash) { last[1] = stop; } else { joined.push([start, stop, dash]); }
    });
    return joined;
  };

  /** Draw arrowheads, and the word of the state, on what is in view of a line. */
  const decorate = (view, drawn) => {
    const { map, data: { style } } = view;
    drawn.arrows.clearLayers();
    const path = drawn.line.map((point) => map.latLngToLayerPoint(point));
    const heads = arrowheads(path, L.bounds(
      map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint(map.getSize())));
    heads.forEach((head) => arrow(view, drawn, head, style.modes[drawn.leg.mode].colour));
    const { mark } = style.states[drawn.leg.state];
    if (mark && heads.length) { word(view, drawn, heads[Math.floor(heads.length / 2)], mark); }
  };

  /** Return { point, angle } at even steps along a path, as far as it is inside `seen`. */
  const arrowheads = (path, seen) => {
    let sum = 0;
    const at = path.map((point, i) => (sum += i ? point.distanceTo(path[i - 1]) : 0));
    const found = [];
    if (sum < SHORTEST_ARROWED_PX) { return found; }
    const step = sum / Math.max(1, Math.round(sum / ARROW_STEP_PX));
    for (let i = 1; i < path.length; i += 1) {
      if (!seen.intersects(L.bounds(path[i - 1], path[i]))) { continue; }
      for (let n = Math.ceil(at[i - 1] / step - 0.5); (n + 0.5) * step < at[i]; n += 1) {
        const point = pointAt(path, at, (n + 0.5) * step);
        if (seen.contains(point)) { found.push({ point, angle: heading(path, at, (n + 0.5) * step) }); }
      }
    }
    return found;
  };

  const pointAt = (path, at, distance) => {
    const found = at.findIndex((end) => end >= distance);
    const i = found < 0 ? path.length - 1 : Math.max(1, found);
    const share = (distance - at[i - 1]) / (at[i] - at[i - 1] || 1);
    return path[i - 1].add(path[i].subtract(path[i - 1]).multiplyBy(Math.min(1, Math.max(0, share))));
  };

  /** Return the direction of a path over some pixels, so that small bends do not turn an arrow. */
  const heading = (path, at, distance) => {
    const ahead = pointAt(path, at, distance + 8).subtract(pointAt(path, at, distance - 8));
    return Math.atan2(ahead.y, ahead.x);
  };

  const arrow = (view, drawn, { point, angle }, fillColor) => {
    const size = 6 + drawn.leg.width * 0.8;
    const corners = [[2.45, size], [0, size * 0.9], [-2.45, size]].map(([turn, far]) =>
      view.map.layerPointToLatLng(point.add([far * Math.cos(angle + turn), far * Math.sin(angle + turn)])));
    L.polygon(corners, { renderer: view.canvas, color: "#FFFFFF", weight: 1.2, opacity: 1,
      fillColor, fillOpacity: 1, interactive: false }).addTo(drawn.arrows);
  };

  const word = (view, drawn, { point, angle }, text) => {
    const aside = point.add([18 * Math.sin(angle), -18 * Math.cos(angle)]);
    const at = view.map.layerPointToLatLng(aside);
    const name = el("span", { class: "rm-mark" }, text);
    tag(at, name).addTo(drawn.arrows);
    view.words.push({ at, name });
  };

  /** Return a marker that shows an element and takes no clicks. */
  const tag = (at, html) => L.marker(at, {
    icon: L.divIcon({ html, className: "rm-label", iconSize: null }), interactive: false, keyboard: false });

  /* ---- places ------------------------------------------------------------------------------ */

  const drawPlace = (view, place) => {
    const group = L.featureGroup();
    if (place.rings) { drawArea(view, place, group); } else {
      shifts(view, place).forEach((shift) =>
        drawPoint(view, place, L.latLng(place.lat, place.lon + shift), group));
    }
    group.on("click", () => view.show(place));
    return group;
  };

  /** Return by how many degrees a point stands aside, so that legs across 180 end at it. */
  const shifts = (view, place) => {
    const ends = Object.values(view.legs).flatMap(({ leg, ends: [start, stop] }) =>
      [leg.origin === place.id && start, leg.destination === place.id && stop]);
    const turns = ends.filter((lon) => lon !== false).map((lon) => 360 * Math.round((lon - place.lon) / 360));
    return turns.length ? [...new Set(turns)] : [0];
  };

  /** Draw an area as an outline, at each copy of the world; the outline darkens when it is asked about. */
  const drawArea = (view, place, group) => {
    const copies = COPIES.map((shift) => place.rings.map((steps) => points(steps, view.data.precision, shift)));
    const options = { renderer: view.canvas, bubblingMouseEvents: false, ...OUTLINE };
    place.outline = L.polygon(copies, options).addTo(group);
    place.bounds = L.latLngBounds(copies[1].flat());
  };

  const OUTLINE = { color: INK, weight: 1, opacity: 0.45, dashArray: "5 4", fillOpacity: 0.045 };
  const ASKED = { weight: 1.8, opacity: 0.9 };

  const drawPoint = (view, place, at, group) => {
    const shared = { renderer: view.canvas, bubblingMouseEvents: false, color: INK, fillColor: INK };
    L.circle(at, { ...shared, radius: Math.max(1, place.uncertainty_km * 1000), weight: 1.2, dashArray: "3 3",
      fillOpacity: 0.08 }).addTo(group);
    if (place.uncertainty_km <= DOT_KM) {
      L.circleMarker(at, { ...shared, radius: 4.5, color: "#FFFFFF", weight: 1.5, fillOpacity: 1 }).addTo(group);
    }
    const name = el("span", { class: "rm-name" }, said(place.reported));
    tag(at, name).addTo(group);
    view.names.push({ at, name });
  };

  /** Set each name where it has room: right, left, above or below its point, or nowhere. */
  const declutter = (view) => {
    const place = ({ at }) => view.map.latLngToContainerPoint(at);
    const room = L.bounds([0, 0], view.map.getSize());
    const taken = view.names.map((own) => box(place(own), -5, -5, 10, 10));
    taken.push(...view.words.map((own) => box(place(own), ...centred(own.name))));
    view.names.forEach((own, index) => {
      const { name } = own;
      const [width, height] = [name.offsetWidth, name.offsetHeight];
      const sides = [[9, -height / 2], [-9 - width, -height / 2], [-width / 2, -9 - height], [-width / 2, 9]];
      const boxes = sides.map(([x, y]) => box(place(own), x, y, width, height));
      const side = boxes.findIndex((one) => (room.contains(one) || !room.contains(place(own)))
        && taken.every((other, at) => at === index || !other.intersects(one)));
      name.classList.toggle("rm-crowded", side < 0);
      if (side < 0) { return; }
      [name.style.left, name.style.top] = sides[side].map((value) => `${value}px`);
      taken.push(boxes[side]);
    });
  };

  const centred = ({ offsetWidth, offsetHeight }) =>
    [-offsetWidth / 2, -offsetHeight / 2, offsetWidth, offsetHeight];

  const box = (point, x, y, width, height) => L.bounds(point.add([x, y]), point.add([x + width, y + height]));

  /* ---- cards ------------------------------------------------------------------------------- */

  const claimCard = (data, id) => {
    const claim = data.claims[id];
    const source = data.sources[claim.source];
    const doubt = claim.says !== "asserts";
    return el("article", { class: doubt ? "rm-claim rm-doubt" : "rm-claim" },
      el("h4", {}, said(`${speaker(source)}:`), " ", said(claim.summary || claim.quote || claim.cargo || endsWords(claim) || id)),
      claim.quote && el("blockquote", {}, said(claim.quote), claim.locator && [" (", said(claim.locator), ")"]),
      claim.retract && el("p", { class: "rm-warn" }, "Retracted: ", said(claim.retract)),
      facts([
        ["Says", doubt ? claim.says : `${claim.basis}, ${claim.event}`],
        ["Ends", said(endsWords(claim))],
        ["Against", listed(claim.against)],
        ...whenRows(claim),
        ["Grade", grade(claim.grade, data.words)],
        ["Of it", Object.entries(claim.credibility_of || {}).map(([what, number]) =>
          `${what} ${number}: ${data.words[number]}`).join("; ")],
        ["Carrier", [listed(claim.carrier), claim.carrier_flag && [", flag ", said(claim.carrier_flag)],
          claim.carrier_imo && [", IMO ", said(claim.carrier_imo)]]],
        ["Cargo", said(claim.cargo)],
        ["Quantity", listed(claim.quantity)],
        ["Part of", said(claim.part_of)],
        ["Distance", said(claim.distance)],
        ["Of the way", constraintWords(claim)],
        ...sourceRows(data, source),
      ]));
  };

  /** The ends of a movement as this source spells them. */
  const endsWords = (claim) => claim.origin && `${claim.origin} \u2192 ${claim.destination}, ${claim.mode}`;

  const whenRows = (claim) => ["moved", "departed", "arrived", "seen"].map((field) =>
    [field[0].toUpperCase() + field.slice(1), said(claim[field])]);

  const sourceRows = (data, source) => {
    const named = (id) => (data.sources[id] ? speaker(data.sources[id]) : id);
    const read = data.sources[source.seen_in];
    return [
      ["Source", [said(source.title), source.published && [", ", said(source.published)]]],
      ["Read in", source.seen_in && [said(named(source.seen_in)), " ", read && link(read.url, "open")]],
      ["Derived from", listed(source.derived_from.map(named))],
      ["Link", link(source.url) || "not recorded"],
      ["Archived", link(source.archived_url)],
    ];
  };

  const constraintWords = (claim) => {
    const kinds = ["only", "avoid", "via"].filter((kind) => claim[kind]);
    const words = claim.words && [" \u201c", said(claim.words), "\u201d"];
    return [listed(kinds.map((kind) => `${kind} ${claim[kind].join(", ")}`)), words];
  };

  const claimSection = (data, title, ids) =>
    ids.length ? el("section", {}, el("h3", {}, title), ids.map((id) => claimCard(data, id))) : null;

  const badges = (leg) => el("p", { class: "rm-badges" },
    leg.state !== leg.basis && el("span", { class: "rm-badge" }, leg.state),
    el("span", { class: "rm-badge" }, `basis: ${leg.basis}`),
    el("span", { class: "rm-badge" }, leg.grade ? `grade ${leg.grade}` : "not graded"),
    leg.contested && el("span", { class: "rm-badge rm-contested" }, CONTESTED[leg.contested]));

  const legCard = (data, leg) => el("div", { class: "rm-card" },
    el("h2", {}, legTitle(leg)),
    el("p", { class: "rm-sub" }, data.style.modes[leg.mode].label),
    badges(leg),
    facts([
      ["Dates", said(leg.edtf) || "no claim has a date"],
      ["Length", lengthWords(leg)],
      ["Countries", Object.entries(leg.countries).map(([code, value]) =>
        `${code === "-" ? "at sea" : code} ${km(value)}`).join(", ")],
      ["Course", courseWords(leg)],
      ["Grade", grade(leg.grade, data.words)],
      ["Sources", `${counted(leg.sources, "source")} recorded as independent`],
      ["Carriers", listed(leg.carriers, ", ")],
      ["Cargo", listed(leg.cargo)],
      ["Quantities", listed(leg.quantities)],
      ["Breaks of gauge", leg.gauges.map((change) => el("div", {}, gaugeWords(change)))],
      ["Of the way", leg.constraints.map(constraintPrice)],
    ]),
    el("p", { class: "rm-inferred" }, leg.length_km === null
      ? "This link is schematic: it joins the ends and is no course."
      : "The ends are reported; the course between them was computed by routemap."),
    claimSection(data, "Who says so", leg.claims)
      || el("p", {}, "No claim asserts this leg: routemap inferred it."),
    claimSection(data, "Who denies or questions it", leg.against));

  const lengthWords = (leg) => {
    if (leg.length_km !== null) { return `${km(leg.length_km)} over the network; ${km(leg.geodesic_km)} straight`; }
    if (leg.at_least_km === null) { return "not drawn: a place or a route is missing"; }
    const least = leg.at_least_km > 0 ? `at least ${km(leg.at_least_km)}` : "not known";
    return `${least}; not routed, because an end is not known well enough`;
  };

  const courseWords = (leg) => {
    const sums = {};
    leg.parts.forEach(([kind, length]) => { sums[kind] = (sums[kind] || 0) + (length || 0); });
    return Object.entries(sums).map(([kind, sum]) =>
      (leg.length_km === null ? kind : `${kind} ${km(sum)}`)).join(", ");
  };

  const constraintPrice = (one) => el("div", {}, said(`${one.kind} ${one.value}`),
    one.words.length > 0 && [" \u201c", listed(one.words), "\u201d"],
    one.cost_km !== null ? ` (costs ${km(one.cost_km)})`
      : one.applied ? " (without it there is no route)" : " (not applied)");

  const placeCard = (data, place) => {
    const seen = Object.keys(data.claims).filter((id) => data.claims[id].site === place.id);
    return el("div", { class: "rm-card" },
      el("h2", {}, said(place.reported)),
      el("p", { class: "rm-sub" }, [place.kind, place.country].filter(there).join(", ")),
      facts([
        ["Where", place.rings ? "an area: anywhere within the outline"
          : `a point, known to within ${km(place.uncertainty_km)}`],
        ["Chosen", said(place.name)],
        ["Why", said(place.chosen_by)],
        ["Also written", listed(place.names, ", ")],
        ["Not", listed(place.never, ", ")],
        ["Source", said(Object.hasOwn(data.sources, place.source) ? speaker(data.sources[place.source]) : place.source)],
        ["Gazetteer", said(place.gazetteer_id)],
      ]),
      place.candidates.length > 0 && el("section", {}, el("h3", {}, "Candidates that lost"),
        el("ul", {}, place.candidates.map((one) =>
          el("li", {}, said(one.name), one.country ? `, ${one.country}: ` : ": ", said(one.lost_because))))),
      claimSection(data, "Seen here", seen));
  };

  /* ---- panel ------------------------------------------------------------------------------- */

  const overview = (view) => {
    const { claims, findings, legs, places, problems, routes } = view.data;
    const list = (name, rows) => el("ul", { class: name }, rows);
    return el("div", {},
      problems.length > 0 && el("div", { class: "rm-banner", role: "alert" },
        el("strong", {}, `Incomplete: ${counted(problems.length, "problem")} kept something off this map`),
        el("ul", {}, problems.map((text) => el("li", {}, said(text))))),
      fold(`Legs (${legs.length})`, true, () => list("rm-legs", legs.map((leg) => legRow(view, leg)))),
      routes.length > 0 && fold(`Routes (${routes.length})`, true, () => routes.map((one) => routeRow(view, one))),
      fold(`Findings (${findings.length})`, false, () =>
        list("rm-findings", findings.map((one) => findingRow(view, one)))),
      fold(`Places (${places.length})`, false, () => list("rm-legs", places.map((place) =>
        el("li", {}, button(said(place.reported), "rm-row", () => view.visit(place)))))),
      fold(`Claims (${Object.keys(claims).length})`, false, () =>
        Object.keys(claims).map((id) => claimCard(view.data, id))),
      fold("Method and data", false, () => method(view.data)));
  };

  const legRow = (view, leg) => {
    const { contested, modes, states } = view.data.style;
    const { dash, opacity } = states[leg.state];
    const width = Math.min(5, leg.width);
    const length = leg.length_km !== null && km(leg.length_km);
    const words = [length, leg.state, leg.grade, leg.contested && "contested"];
    const row = button([
      sample(leg.contested && [contested, width + 5, null, 0.35], [modes[leg.mode].colour, width, dash, opacity]),
      el("span", {}, legTitle(leg), el("small", {}, words.filter(there).join(" \u00b7 "))),
    ], "rm-row", () => view.visit(leg));
    view.rows[leg.id] = row;
    return el("li", {}, row);
  };

  const routeRow = (view, route) => {
    const tick = el("input", { type: "checkbox" });
    tick.checked = !view.off.has(route.id);
    tick.addEventListener("change", () => view.toggle(route.id, tick.checked));
    const rivals = route.excludes.length ? `; excludes ${route.excludes.join(", ")}` : "";
    const cards = [...route.own, ...route.against];
    return el("div", { class: "rm-route" },
      el("label", {}, tick, " ", said(route.title)),
      el("small", {}, `${counted(route.claims.length, "claim")} for, ${route.against.length} against${rivals}`),
      cards.length > 0 && fold("Claims on the route", false, () => cards.map((id) => claimCard(view.data, id))));
  };

  const findingRow = (view, one) => {
    const legs = view.data.legs.filter((leg) => one.legs.includes(leg.id));
    return el("li", { class: `rm-${one.severity}` },
      el("strong", {}, `${one.severity}: `), said(one.message), " ",
      legs.length > 0 && button("show", "rm-link", () =>
        (legs.length > 1 ? view.focus(legs) : view.visit(legs[0]))));
  };

  const method = (data) => {
    const { provenance, attributions } = data.method;
    return el("div", {},
      el("p", {}, data.frame),
      there(data.note) && el("p", {}, "Grades by: ", said(data.note)),
      el("p", {}, `Borders: the ${data.view} view; it is no statement by any organisation.`),
      facts([["routemap", provenance.routemap], ["Router", provenance.router],
        ["Rows", `${provenance.read} read, ${provenance.accepted} accepted, ${provenance.rejected} rejected`]]),
      el("h3", {}, "Data"),
      el("ul", {}, Object.entries(provenance.assets).map(([name, asset]) => el("li", {},
        [name, asset.version, asset.licence, `sha256 ${asset.sha256.slice(0, 12)}`].filter(there).join(", ")))),
      el("h3", {}, "Notices"),
      el("ul", {}, attributions.map((text) => el("li", {}, text))));
  };

  /* ---- legend ------------------------------------------------------------------------------ */

  /** Return what the lines of this map mean; what no leg of it has is left out. */
  const legend = (data) => {
    const { basis, contested, kinds, modes, states } = data.style;
    const used = (table, values) => Object.entries(table).filter(([key]) => values.includes(key));
    const all = (field) => data.legs.map((leg) => leg[field]);
    const drawn = data.legs.flatMap((leg) => leg.parts.map(([kind]) => kind));
    const known = [
      ...used(modes, all("mode")).map(([, look]) => [look.label, sample([look.colour, 4])]),
      ...used(basis, all("basis")).map(([key, look]) =>
        [look.label, sample([GREY, 5, states[key].dash], look.core && [look.core, 1.4])]),
      ...used(states, all("state")).filter(([, look]) => look.mark).map(([, look]) =>
        [look.mark, sample([GREY, 4, look.dash, look.opacity])]),
    ];
    const shape = [
      ...used(kinds, drawn).filter(([, look]) => look.dash).map(([, look]) =>
        [look.label, sample([GREY, 3.5, look.dash])]),
      all("contested").some(there) && ["contested: denied or questioned",
        sample([contested, 11, null, 0.35], [GREY, 4])],
      ["thicker: better Admiralty grade", sample([GREY, 6])],
      ["circle: how well a place is known", el("span", { class: "rm-ring" })],
      data.legs.some((leg) => leg.gauges.length) && ["break of gauge", el("span", { class: "rm-break" })],
      data.places.some((place) => place.rings) && ["outline: anywhere within", el("span", { class: "rm-area" })],
    ];
    return fold("Legend", window.innerWidth > 700 && window.innerHeight > 500, () =>
      el("div", { class: "rm-legend" }, [known, shape].map((rows) =>
        el("ul", {}, [...new Map(rows.filter(there))].map(([label, picture]) => el("li", {}, picture, label))))));
  };

  /* ---- the view: what is open, marked and hidden ------------------------------------------- */

  class View {
    constructor(map, data) {
      Object.assign(this, { map, data, legs: {}, places: {}, rows: {} });
      Object.assign(this, { names: [], words: [], marked: [], off: new Set() });
      this.canvas = L.canvas({ padding: 0.3, tolerance: 6 });
      this.body = el("div", { class: "rm-body" });
    }

    /** Open the card of a leg or a place. */
    show(item) {
      this.opener = document.activeElement;
      const card = item.parts ? legCard(this.data, item) : placeCard(this.data, item);
      const back = button("\u2190 Back to the overview", "rm-link rm-back", () => this.close());
      this.body.replaceChildren(back, card);
      this.body.scrollTop = 0;
      back.focus({ preventScroll: true });
      this.mark(item.parts ? [item] : [], item.parts ? [item.origin, item.destination] : [item.id]);
    }

    /** Go back from a card to the overview. */
    close() {
      if (this.home.isConnected) { return; }
      this.body.replaceChildren(this.home);
      this.mark([]);
      if (this.opener && this.home.contains(this.opener)) { this.opener.focus(); }
    }

    visit(item) {
      this.show(item);
      this.focus([item], false);
    }

    /** Zoom to legs or places, beside the panel; mark them unless a card does that. */
    focus(items, marked = true) {
      if (marked) { this.mark(items); }
      const bounds = L.latLngBounds([]);
      items.forEach((item) => {
        const drawn = item.parts ? this.legs[item.id] && this.legs[item.id].group : this.places[item.id];
        if (drawn) { bounds.extend(item.bounds || drawn.getBounds()); }
      });
      if (bounds.isValid()) { this.map.fitBounds(bounds, { ...this.room(), maxZoom: 11 }); }
    }

    /** Bring some legs out and let the others fade; none marked shows all alike. */
    mark(legs, places = []) {
      this.marked = legs.map((leg) => leg.id);
      this.marked.filter((id) => this.legs[id]).forEach((id) => this.legs[id].group.bringToFront());
      Object.values(this.legs).forEach((drawn) => this.shade(drawn));
      this.data.places.filter((place) => !place.rings).forEach((place) => this.places[place.id].bringToFront());
      this.data.places.filter((place) => place.outline).forEach((place) =>
        place.outline.setStyle(places.includes(place.id) ? ASKED : OUTLINE));
    }

    /** Set how strongly one leg is drawn, by what is marked. */
    shade({ leg, group, arrows }) {
      const share = this.marked.length && !this.marked.includes(leg.id) ? 0.3 : 1;
      [...group.getLayers(), ...arrows.getLayers()].filter((layer) => layer.setStyle).forEach((layer) => {
        layer.whole = layer.whole || layer.options.opacity;
        layer.setStyle({ opacity: layer.whole * share, fillOpacity: share });
      });
    }

    /** Show or hide a route: a leg is hidden when every route that it is part of is. */
    toggle(route, on) {
      this.off[on ? "delete" : "add"](route);
      Object.entries(this.legs).forEach(([id, { leg, group, arrows }]) => {
        const hidden = leg.routes.length > 0 && leg.routes.every((one) => this.off.has(one));
        [group, arrows].forEach((layer) => (hidden ? layer.remove() : layer.addTo(this.map)));
        this.rows[id].classList.toggle("rm-off", hidden);
      });
    }

    /** Return the padding that keeps what is zoomed to clear of the panel and the boxes. */
    room() {
      const size = this.map.getSize();
      const [panel, key, frame] = this.boxes.map((one) => [one.offsetWidth, one.offsetHeight]);
      const wide = size.x > 700;
      const right = wide ? panel[0] + 80 : 64;
      const bottom = frame[1] + 24 + (wide ? key[1] : panel[1] + key[1]);
      return {
        paddingTopLeft: [wide ? 56 : 24, 24],
        paddingBottomRight: [Math.min(right, size.x * 0.6), Math.min(bottom, size.y * 0.7)],
      };
    }

    /** Draw what depends on what is in view. */
    settle() {
      this.words = [];
      Object.values(this.legs).forEach((drawn) => {
        decorate(this, drawn);
        this.shade(drawn);
      });
      declutter(this);
    }

    /** Show the routed legs and the points; links and areas only where there is nothing else. */
    fit() {
      const { legs, places } = this.data;
      const routed = legs.filter((leg) => leg.line && leg.length_km !== null);
      const sharp = [...routed, ...places.filter((place) => !place.rings)];
      const bounds = L.latLngBounds([]);
      (sharp.length ? sharp : places).forEach((item) =>
        bounds.extend(item.bounds || (item.parts ? this.legs[item.id].group : this.places[item.id]).getBounds()));
      if (bounds.isValid()) {
        this.map.fitBounds(bounds, { ...this.room(), maxZoom: 9, animate: false });
      }
    }
  }

  /* ---- putting it together ----------------------------------------------------------------- */

  /** Lay the panel, the legend and the frame sentence over the map. */
  const furnish = (view) => {
    const { data, map } = view;
    const scale = L.control.scale({ imperial: false }).addTo(map);
    view.home = overview(view);
    view.body.replaceChildren(view.home);
    const head = el("header", { class: "rm-head" }, el("h1", {}, said(data.title)));
    const notices = `Borders: ${data.view} view. ${data.method.attributions.join("; ")}.`;
    view.boxes = [
      el("section", { class: "rm-panel", "aria-label": "Evidence" }, head, view.body),
      el("div", { class: "rm-key" }, el("div", { class: "rm-box" }, legend(data)), scale.getContainer()),
      el("footer", { class: "rm-frame" }, el("p", {}, data.frame), el("small", {}, notices)),
    ];
    if (map.attributionControl) {
      map.attributionControl.setPrefix("Leaflet");
      view.boxes[2].append(map.attributionControl.getContainer());
    }
    view.boxes.forEach((one) => {
      L.DomEvent.disableClickPropagation(one);
      L.DomEvent.disableScrollPropagation(one);
    });
    map.getContainer().append(el("div", { class: "rm-over" }, view.boxes));
    map.getContainer().addEventListener("keydown", (event) => event.key === "Escape" && view.close());
  };

  /** Draw the JSON block of id `key` on a Leaflet map. */
  const draw = (map, key) => {
    const data = JSON.parse(document.getElementById(key).textContent);
    const pane = map.createPane("rm-base");
    Object.assign(pane.style, { zIndex: 150, pointerEvents: "none" });
    map.getContainer().classList.add("rm-map");
    if (document.title === "routemap") { document.title = data.title; }
    const view = new View(map, data);
    drawBase(map, data.basemap);
    data.legs.filter((leg) => leg.line).forEach((leg) => { view.legs[leg.id] = drawLeg(view, leg); });
    data.places.forEach((place) => { view.places[place.id] = drawPlace(view, place); });
    const show = (place) => view.places[place.id].addTo(map);
    data.places.filter((place) => place.rings).forEach(show);
    Object.values(view.legs).forEach(({ group, arrows }) => { group.addTo(map); arrows.addTo(map); });
    data.places.filter((place) => !place.rings).forEach(show);
    furnish(view);
    view.fit();
    view.settle();
    map.on("moveend", () => view.settle());
    return view;
  };

  return { draw };
})();
