/* routemap: draw a case on a Leaflet map. Every text from the case enters through textContent. */
var routemap = (function () {
  "use strict";

  var SVG = "http://www.w3.org/2000/svg";
  var COPIES = [-360, 0, 360];
  var ARROW_STEP_PX = 170;
  var ARROW_LIMIT = 14;
  var SMALL_KM = 15;

  /* ---- elements ---------------------------------------------------------------------------- */

  /** Return an element; texts among the children become text nodes and nothing else. */
  function el(tag, attributes) {
    var node = document.createElement(tag);
    Object.keys(attributes || {}).forEach(function (name) {
      node.setAttribute(name, attributes[name]);
    });
    for (var i = 2; i < arguments.length; i += 1) {
      add(node, arguments[i]);
    }
    return node;
  }

  function add(node, child) {
    if (Array.isArray(child)) {
      child.forEach(function (one) { add(node, one); });
    } else if (child instanceof Node) {
      node.appendChild(child);
    } else if (child !== null && child !== undefined && child !== false) {
      node.appendChild(document.createTextNode(String(child)));
    }
  }

  /** Return a text of the case, isolated so that its direction cannot disturb what is around it. */
  function said(text) {
    return el("bdi", { dir: "auto" }, text);
  }

  function button(label, action, name) {
    var node = el("button", { type: "button", "class": name || "rm-button" }, label);
    node.addEventListener("click", action);
    return node;
  }

  /** Return a link if the address is one of the web, else its text. */
  function link(address, label) {
    if (!/^https?:\/\//i.test(address || "")) { return address ? said(address) : null; }
    return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label || address);
  }

  function sample(look, width, colour, halo) {
    var svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "rm-sample");
    svg.setAttribute("viewBox", "0 0 44 12");
    svg.setAttribute("aria-hidden", "true");
    [halo && [halo, width + 5, null, 0.35], [colour, width, look.dash, look.opacity || 1],
      look.core && [look.core, 1.4, null, 1]].forEach(function (stroke) {
      if (!stroke) { return; }
      var line = document.createElementNS(SVG, "line");
      var values = { x1: 2, y1: 6, x2: 42, y2: 6, stroke: stroke[0], "stroke-width": stroke[1], "stroke-opacity": stroke[3] };
      if (stroke[2]) { values["stroke-dasharray"] = stroke[2]; }
      Object.keys(values).forEach(function (name) { line.setAttribute(name, values[name]); });
      svg.appendChild(line);
    });
    return svg;
  }

  /* ---- numbers and words ------------------------------------------------------------------- */

  /** Return [lat, lng] pairs of lon, lat steps in fractions of a degree. */
  function points(steps, precision, offset) {
    var lon = 0, lat = 0, line = [];
    for (var i = 0; i < steps.length; i += 2) {
      lon += steps[i];
      lat += steps[i + 1];
      line.push([lat / precision, lon / precision + (offset || 0)]);
    }
    return line;
  }

  function km(value) {
    if (value === null || value === undefined) { return "not known"; }
    return value >= 100 ? Math.round(value).toLocaleString("en") + " km" : String(Math.round(value * 10) / 10) + " km";
  }

  function grade(code, words) {
    return code ? code + ": " + words[code[0]] + ", " + words[code[1]] : "not graded";
  }

  function speaker(data, claim) {
    var source = data.sources[claim.source];
    return source.publisher || source.title;
  }

  /* ---- base map ---------------------------------------------------------------------------- */

  function drawBase(map, base) {
    var canvas = L.canvas({ padding: 0.4, pane: "rm-base" });
    function lines(list, offset) {
      return list.map(function (steps) { return points(steps, base.scale, offset); });
    }
    function polygons(list, offset) {
      return list.map(function (rings) { return lines(rings, offset); });
    }
    function layer(kind, list, look) {
      if (!list.length) { return; }
      COPIES.forEach(function (offset) {
        var options = Object.assign({ renderer: canvas, pane: "rm-base", interactive: false }, look);
        kind((kind === L.polygon ? polygons : lines)(list, offset), options).addTo(map);
      });
    }
    layer(L.polygon, base.land, { stroke: false, fillColor: "#F6F3EC", fillOpacity: 1 });
    layer(L.polygon, base.lakes, { stroke: false, fillColor: "#D5E3EA", fillOpacity: 1 });
    layer(L.polyline, base.rivers, { color: "#BFD3DD", weight: 0.8 });
    layer(L.polyline, base.borders, { color: "#A79F8F", weight: 0.9 });
    layer(L.polyline, base.disputed, { color: "#A79F8F", weight: 1.1, dashArray: "4 4" });
  }

  /* ---- legs -------------------------------------------------------------------------------- */

  function drawLeg(view, leg) {
    var style = view.data.style, state = style.states[leg.state], colour = style.modes[leg.mode].colour;
    var group = L.featureGroup(), line = points(leg.line, view.data.precision);
    function stroke(path, look) {
      var options = Object.assign({ renderer: view.canvas, lineCap: "butt", bubblingMouseEvents: false }, look);
      return L.polyline(path, options).addTo(group);
    }
    if (leg.contested) {
      stroke(line, { color: style.contested, weight: leg.width + 6, opacity: 0.28 });
    }
    stroke(line, { color: "#FFFFFF", weight: leg.width + 2.5, opacity: 0.85 });
    leg.parts.forEach(function (part) {
      stroke(line.slice(part[4], part[5] + 1), {
        color: colour, weight: leg.width, opacity: state.opacity,
        dashArray: state.dash || style.kinds[part[0]].dash
      });
    });
    if (style.basis[leg.basis].core && !state.dash) {
      stroke(line, { color: style.basis[leg.basis].core, weight: 1.4, opacity: 0.95 });
    }
    group.on("click", function () { view.show(leg); });
    return { leg: leg, line: line, group: group, arrows: L.layerGroup(), mark: state.mark };
  }

  /** Draw arrowheads and the word of the state along a line, at the present zoom. */
  function decorate(view, drawn) {
    drawn.arrows.clearLayers();
    var map = view.map, colour = view.data.style.modes[drawn.leg.mode].colour;
    var path = drawn.line.map(function (point) { return map.latLngToLayerPoint(point); });
    var length = 0;
    for (var i = 1; i < path.length; i += 1) { length += path[i].distanceTo(path[i - 1]); }
    if (length < 24) { return; }
    var count = Math.max(1, Math.min(ARROW_LIMIT, Math.round(length / ARROW_STEP_PX)));
    for (var n = 1; n <= count; n += 1) {
      var at = along(path, length * (n - 0.5) / count);
      arrow(view, drawn, at, colour);
      if (drawn.mark && n === Math.ceil(count / 2)) { note(view, drawn, at); }
    }
  }

  function along(path, distance) {
    for (var i = 1; i < path.length; i += 1) {
      var step = path[i].distanceTo(path[i - 1]);
      if (step >= distance && step > 0) {
        var share = distance / step;
        return {
          point: L.point(path[i - 1].x + share * (path[i].x - path[i - 1].x), path[i - 1].y + share * (path[i].y - path[i - 1].y)),
          angle: Math.atan2(path[i].y - path[i - 1].y, path[i].x - path[i - 1].x)
        };
      }
      distance -= step;
    }
    return { point: path[path.length - 1], angle: 0 };
  }

  function arrow(view, drawn, at, colour) {
    var size = 4.5 + drawn.leg.width * 0.6;
    var wings = [2.55, -2.55].map(function (turn) {
      return at.point.add([size * Math.cos(at.angle + turn), size * Math.sin(at.angle + turn)]);
    });
    var tip = at.point.add([size * 0.6 * Math.cos(at.angle), size * 0.6 * Math.sin(at.angle)]);
    var head = [wings[0], tip, wings[1]].map(function (point) { return view.map.layerPointToLatLng(point); });
    L.polygon(head, {
      renderer: view.canvas, color: "#FFFFFF", weight: 1.2, fillColor: colour, fillOpacity: 1, interactive: false
    }).addTo(drawn.arrows);
  }

  function note(view, drawn, at) {
    var word = el("span", { "class": "rm-mark" }, drawn.mark);
    L.marker(view.map.layerPointToLatLng(at.point.add([0, -16])), {
      icon: L.divIcon({ html: word, className: "rm-label", iconSize: null }), interactive: false, keyboard: false
    }).addTo(drawn.arrows);
  }

  /* ---- places ------------------------------------------------------------------------------ */

  function drawPlace(view, place) {
    var group = L.featureGroup(), colour = "#26323A";
    var base = { renderer: view.canvas, bubblingMouseEvents: false };
    if (place.rings) {
      var rings = place.rings.map(function (steps) { return points(steps, view.data.precision); });
      L.polygon(rings, Object.assign({ color: colour, weight: 1.6, dashArray: "5 5", fillOpacity: 0.04, fillColor: colour }, base)).addTo(group);
    } else {
      var at = [place.lat, place.lon];
      L.circle(at, Object.assign({ radius: Math.max(1, place.uncertainty_km * 1000), color: colour, weight: 1.2, dashArray: "3 3", fillColor: colour, fillOpacity: 0.07 }, base)).addTo(group);
      if (place.uncertainty_km <= SMALL_KM) {
        L.circleMarker(at, Object.assign({ radius: 4.5, color: "#FFFFFF", weight: 1.5, fillColor: colour, fillOpacity: 1 }, base)).addTo(group);
      }
    }
    if (!place.rings) {
      var name = el("span", { "class": "rm-name" }, said(place.reported));
      L.marker([place.lat, place.lon], {
        icon: L.divIcon({ html: name, className: "rm-label", iconSize: null }), interactive: false, keyboard: false
      }).addTo(group);
      view.names.push({ at: L.latLng(place.lat, place.lon), node: name });
    }
    group.on("click", function () { view.show(place); });
    return group;
  }

  /** Show the names that have room at the present zoom, the first of the case before the later. */
  function declutter(view) {
    var taken = [];
    view.names.forEach(function (name) {
      var point = view.map.latLngToLayerPoint(name.at);
      var box = L.bounds(point.subtract([0, 9]), point.add([name.node.offsetWidth + 10, 9]));
      var free = taken.every(function (other) { return !other.intersects(box); });
      name.node.classList.toggle("rm-crowded", !free);
      if (free) { taken.push(box); }
    });
  }

  /* ---- cards ------------------------------------------------------------------------------- */

  function facts(rows) {
    var list = el("dl", { "class": "rm-facts" });
    rows.forEach(function (row) {
      if (row[1] !== null && row[1] !== undefined && row[1] !== "" && row[1].length !== 0) {
        list.append(el("dt", {}, row[0]), el("dd", {}, row[1]));
      }
    });
    return list;
  }

  function listed(texts) {
    return (texts || []).map(function (text, index) { return [index ? ", " : "", said(text)]; });
  }

  function claimCard(data, id) {
    var claim = data.claims[id], source = data.sources[claim.source];
    var doubt = claim.says !== "asserts";
    var read = source.seen_in && data.sources[source.seen_in] ? data.sources[source.seen_in] : null;
    return el("article", { "class": doubt ? "rm-claim rm-doubt" : "rm-claim" },
      el("h4", {}, said(speaker(data, claim) + ":"), " ", said(claim.summary || claim.quote || claim.cargo || id)),
      claim.quote ? el("blockquote", {}, said(claim.quote), claim.locator ? [" (", said(claim.locator), ")"] : null) : null,
      claim.retract ? el("p", { "class": "rm-warn" }, "Retracted: ", said(claim.retract)) : null,
      facts([
        ["Says", doubt ? claim.says : claim.basis + ", " + claim.event],
        ["When", listed([claim.moved || claim.seen || [claim.departed, claim.arrived].filter(Boolean).join(" to ")].filter(Boolean))],
        ["Grade", grade(claim.grade, data.words)],
        ["Carrier", listed((claim.carrier || []).concat(claim.carrier_flag ? ["flag " + claim.carrier_flag] : [], claim.carrier_imo ? ["IMO " + claim.carrier_imo] : []))],
        ["Cargo", claim.cargo ? said(claim.cargo) : null],
        ["Quantity", listed(claim.quantity)],
        ["Distance", claim.distance ? said(claim.distance) : null],
        ["Of the way", constraintWords(claim)],
        ["Source", [said(source.title), source.published ? [", ", said(source.published)] : null]],
        ["Read in", read ? [said(read.publisher || read.title), " ", link(read.url, "open")] : source.seen_in ? said(source.seen_in) : null],
        ["Derived from", listed((source.derived_from || []).map(function (one) { return data.sources[one] ? data.sources[one].publisher || data.sources[one].title : one; }))],
        ["Link", source.url ? link(source.url) : "not recorded"],
        ["Archived", source.archived_url ? link(source.archived_url) : null]
      ]));
  }

  function constraintWords(claim) {
    var parts = ["only", "avoid", "via"].filter(function (kind) { return claim[kind]; }).map(function (kind) {
      return kind + " " + claim[kind].join(", ");
    });
    return parts.length ? listed(parts.concat(claim.words ? ["\u201c" + claim.words + "\u201d"] : [])) : null;
  }

  function claimSection(data, title, ids) {
    if (!ids.length) { return null; }
    return el("section", {}, el("h3", {}, title), ids.map(function (id) { return claimCard(data, id); }));
  }

  function legTitle(leg) {
    return [said(leg.origin_name || "?"), " \u2192 ", said(leg.destination_name || "?")];
  }

  function badges(data, leg) {
    return el("p", { "class": "rm-badges" },
      el("span", { "class": "rm-badge" }, leg.state),
      el("span", { "class": "rm-badge" }, "basis: " + leg.basis),
      el("span", { "class": "rm-badge" }, leg.grade ? "grade " + leg.grade : "not graded"),
      leg.contested ? el("span", { "class": "rm-badge rm-contested" }, "contested " + leg.contested) : null);
  }

  function legCard(data, leg) {
    var names = {};
    leg.parts.forEach(function (part) {
      names[part[0]] = (names[part[0]] || 0) + (part[2] || 0);
    });
    var routed = leg.length_km !== null;
    return el("div", { "class": "rm-card" },
      el("h2", {}, legTitle(leg)),
      el("p", { "class": "rm-sub" }, data.style.modes[leg.mode].label),
      badges(data, leg),
      facts([
        ["Dates", leg.edtf ? said(leg.edtf) : "no claim has a date"],
        ["Length", routed ? km(leg.length_km) + " over the network; " + km(leg.geodesic_km) + " straight"
          : leg.at_least_km !== null ? "at least " + km(leg.at_least_km) + "; not routed, an end is an area" : "not drawn: a place or a route is missing"],
        ["Countries", Object.keys(leg.countries).map(function (code) { return (code === "-" ? "at sea" : code) + " " + km(leg.countries[code]); }).join(", ")],
        ["Course", Object.keys(names).map(function (kind) { return kind + (routed ? " " + km(names[kind]) : ""); }).join(", ")],
        ["Grade", grade(leg.grade, data.words)],
        ["Sources", leg.sources === 1 ? "1 independent source" : leg.sources + " independent sources"],
        ["Carriers", listed(leg.carriers)], ["Cargo", listed(leg.cargo)], ["Quantities", listed(leg.quantities)],
        ["Of the way", leg.constraints.map(function (one, index) {
          return [index ? el("br") : null, said(one.kind + " " + one.value), one.words.length ? [" \u201c", said(one.words.join("; ")), "\u201d"] : null,
            one.cost_km === null ? " (not applied)" : " (costs " + km(one.cost_km) + ")"];
        })]
      ]),
      el("p", { "class": "rm-inferred" }, routed ? "The ends are reported; the course between them was computed by routemap." : "This link is schematic: it joins the ends and is no course."),
      claimSection(data, "Who says so", leg.claims) || el("p", {}, "No claim asserts this leg: routemap inferred it."),
      claimSection(data, "Who denies or questions it", leg.against));
  }

  function placeCard(data, place) {
    var seen = Object.keys(data.claims).filter(function (id) { var at = data.claims[id].at; return at && (at === place.id || at === place.reported); });
    return el("div", { "class": "rm-card" },
      el("h2", {}, said(place.reported)),
      el("p", { "class": "rm-sub" }, place.kind + (place.country ? ", " + place.country : "")),
      facts([
        ["Chosen", said(place.name)],
        ["Where", place.extent === "area" ? "an area: anywhere within the outline" : "a point, known to within " + km(place.uncertainty_km)],
        ["Why", said(place.chosen_by)], ["Gazetteer", place.gazetteer_id ? said(place.gazetteer_id) : null]
      ]),
      place.candidates.length ? el("section", {}, el("h3", {}, "Candidates that lost"), el("ul", {}, place.candidates.map(function (one) {
        return el("li", {}, said(one.name), ", " + (one.country || "?") + ": ", said(one.lost_because || ""));
      }))) : null,
      claimSection(data, "Seen here", seen));
  }

  /* ---- panel ------------------------------------------------------------------------------- */

  function fold(title, open, content) {
    var node = el("details", { "class": "rm-fold" }, el("summary", {}, title), content);
    node.open = open;
    return node;
  }

  function overview(view) {
    var data = view.data;
    return el("div", {},
      data.problems.length ? el("div", { "class": "rm-banner", role: "alert" }, el("strong", {}, "Incomplete: " + data.problems.length + " problems left out"),
        el("ul", {}, data.problems.map(function (text) { return el("li", {}, said(text)); }))) : null,
      fold("Legs (" + data.legs.length + ")", true, el("ul", { "class": "rm-legs" }, data.legs.map(function (leg) { return legButton(view, leg); }))),
      data.routes.length ? fold("Routes (" + data.routes.length + ")", true, data.routes.map(function (route) { return routeRow(view, route); })) : null,
      fold("Findings (" + data.findings.length + ")", false, el("ul", { "class": "rm-findings" }, data.findings.map(function (one) { return finding(view, one); }))),
      fold("Places (" + data.places.length + ")", false, el("ul", { "class": "rm-legs" }, data.places.map(function (place) {
        return el("li", {}, button(said(place.reported), function () { view.show(place); view.zoom(place); }, "rm-row"));
      }))),
      fold("Method and data", false, method(data)));
  }

  function legButton(view, leg) {
    var look = view.data.style.states[leg.state];
    var row = button([
      sample(look, Math.min(5, leg.width), view.data.style.modes[leg.mode].colour, leg.contested ? view.data.style.contested : null),
      el("span", {}, legTitle(leg), el("small", {}, (leg.length_km === null ? "" : km(leg.length_km) + " \u00b7 ") + leg.state + (leg.grade ? " \u00b7 " + leg.grade : "") + (leg.contested ? " \u00b7 contested" : "")))
    ], function () { view.show(leg); view.zoom(leg); }, "rm-row");
    return el("li", {}, row);
  }

  function routeRow(view, route) {
    var box = el("input", { type: "checkbox" });
    box.checked = true;
    box.addEventListener("change", function () { view.toggle(route.id, box.checked); });
    return el("div", { "class": "rm-route" },
      el("label", {}, box, " ", said(route.title)),
      el("small", {}, route.claims.length + " claims for, " + route.against.length + " against" + (route.excludes.length ? "; excludes " + route.excludes.join(", ") : "")),
      fold("Claims", false, [route.own.map(function (id) { return claimCard(view.data, id); }), route.against.map(function (id) { return claimCard(view.data, id); })]));
  }

  function finding(view, one) {
    var legs = view.data.legs.filter(function (leg) { return one.legs.indexOf(leg.id) >= 0; });
    return el("li", { "class": "rm-" + one.severity }, el("strong", {}, one.severity + ": "), said(one.message), " ",
      legs.slice(0, 1).map(function (leg) { return button("show", function () { view.show(leg); view.zoom(leg); }, "rm-link"); }));
  }

  function method(data) {
    var source = data.method.provenance;
    return el("div", {},
      el("p", {}, data.frame),
      data.note ? el("p", {}, "Grades by: ", said(data.note)) : null,
      el("p", {}, "Borders: the " + data.view + " view; it is no statement by any organisation."),
      facts([["routemap", source.routemap], ["Router", source.router], ["Rows", source.read + " read, " + source.accepted + " accepted, " + source.rejected + " rejected"]]),
      el("h3", {}, "Data"),
      el("ul", {}, Object.keys(source.assets).map(function (name) {
        var asset = source.assets[name];
        return el("li", {}, name + ", " + (asset.version || "") + ", " + asset.licence + ", sha256 " + asset.sha256.slice(0, 12));
      })),
      el("h3", {}, "Notices"), el("ul", {}, data.method.attributions.map(function (text) { return el("li", {}, text); })));
  }

  function legend(data) {
    var style = data.style;
    function used(name, values) { return Object.keys(style[name]).filter(function (key) { return values.indexOf(key) >= 0; }); }
    var kinds = [].concat.apply([], data.legs.map(function (leg) { return leg.parts.map(function (part) { return part[0]; }); }));
    var labels = {};
    function row(look, width, colour, halo, text) {
      if (labels[text]) { return null; }
      labels[text] = true;
      return el("li", {}, sample(look, width, colour, halo), text);
    }
    var grey = "#4A4A4A";
    return fold("Legend", window.innerWidth > 700 && window.innerHeight > 500, el("ul", { "class": "rm-legend" },
      used("modes", data.legs.map(function (leg) { return leg.mode; })).map(function (mode) { return row({}, 4, style.modes[mode].colour, null, style.modes[mode].label); }),
      used("basis", data.legs.map(function (leg) { return leg.basis; })).map(function (basis) {
        return row({ core: style.basis[basis].core, dash: basis === "inferred" ? style.states.inferred.dash : null }, 5, grey, null, style.basis[basis].label);
      }),
      used("states", data.legs.map(function (leg) { return leg.state; })).filter(function (state) { return style.states[state].mark; }).map(function (state) { return row(style.states[state], 4, grey, null, style.states[state].mark); }),
      used("kinds", kinds).map(function (kind) { return row(style.kinds[kind], 3.5, grey, null, style.kinds[kind].label); }),
      row({}, 4, grey, style.contested, "contested: someone denies or questions it"),
      el("li", {}, el("span", { "class": "rm-thick" }), "thicker line: better Admiralty grade"),
      el("li", {}, el("span", { "class": "rm-ring" }), "circle: how well a place is known"),
      el("li", {}, el("span", { "class": "rm-area" }), "dashed outline: anywhere within")));
  }

  /* ---- putting it together ----------------------------------------------------------------- */

  function control(map, position, name, node) {
    var own = L.control({ position: position });
    own.onAdd = function () {
      var box = el("div", { "class": name }, node);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    own.addTo(map);
    return own;
  }

  function createView(map, data) {
    var pane = map.createPane("rm-base");
    pane.style.zIndex = 150;
    pane.style.pointerEvents = "none";
    var view = { map: map, data: data, canvas: L.canvas({ padding: 0.4, tolerance: 6 }), legs: {}, places: {}, names: [], off: {} };
    var body = el("div", { "class": "rm-body" });
    var home = null;
    view.show = function (item) {
      var card = item.parts ? legCard(data, item) : placeCard(data, item);
      var back = button("\u2190 All legs", function () { body.replaceChildren(home); view.mark(null); }, "rm-link rm-back");
      body.replaceChildren(back, card);
      body.scrollTop = 0;
      back.focus({ preventScroll: true });
      view.mark(item.parts ? item.id : null);
    };
    view.mark = function (id) {
      Object.keys(view.legs).forEach(function (key) {
        var faded = id !== null && key !== id;
        view.legs[key].group.eachLayer(function (layer) {
          if (layer.rmOpacity === undefined) { layer.rmOpacity = layer.options.opacity; }
          layer.setStyle({ opacity: layer.rmOpacity * (faded ? 0.3 : 1) });
        });
      });
    };
    view.zoom = function (item) {
      var drawn = item.parts ? view.legs[item.id] && view.legs[item.id].group : view.places[item.id];
      if (drawn) { map.fitBounds(drawn.getBounds(), { padding: [40, 40], maxZoom: 9 }); }
    };
    view.toggle = function (route, on) {
      view.off[route] = !on;
      Object.keys(view.legs).forEach(function (id) {
        var drawn = view.legs[id], routes = drawn.leg.routes;
        var hidden = routes.length && routes.every(function (one) { return view.off[one]; });
        [drawn.group, drawn.arrows].forEach(function (layer) { if (hidden) { map.removeLayer(layer); } else { map.addLayer(layer); } });
      });
    };
    view.start = function () {
      home = overview(view);
      body.replaceChildren(home);
      var head = el("header", { "class": "rm-head" }, el("h1", {}, said(data.title)));
      control(map, "topright", "rm-panel", el("section", { "aria-label": "Evidence" }, head, body));
      control(map, "bottomleft", "rm-box", legend(data));
      control(map, "bottomright", "rm-frame", el("p", {}, data.frame, el("small", {}, notices(data))));
    };
    return view;
  }

  function notices(data) {
    return "Borders: " + data.view + ". " + data.method.attributions.join("; ");
  }

  /** Draw the JSON block of id `key` on a Leaflet map. */
  function draw(map, key) {
    var data = JSON.parse(document.getElementById(key).textContent);
    var view = createView(map, data);
    if (map.attributionControl) { map.attributionControl.setPrefix("Leaflet"); }
    if (window.parent === window || document.title === "routemap") { document.title = data.title; }
    map.getContainer().classList.add("rm-map");
    L.control.scale({ position: "bottomleft", imperial: false }).addTo(map);
    drawBase(map, data.basemap);
    data.places.forEach(function (place) { view.places[place.id] = drawPlace(view, place).addTo(map); });
    data.legs.forEach(function (leg) {
      if (!leg.line) { return; }
      var drawn = drawLeg(view, leg);
      view.legs[leg.id] = drawn;
      drawn.group.addTo(map);
      drawn.arrows.addTo(map);
    });
    view.start();
    map.on("zoomend viewreset", function () { settle(view); });
    map.whenReady(function () { fit(view); });
    return view;
  }

  /** Draw what depends on the zoom. */
  function settle(view) {
    Object.keys(view.legs).forEach(function (id) { decorate(view, view.legs[id]); });
    declutter(view);
  }

  /** Show the routed legs and the points; areas only where there is nothing else. */
  function fit(view) {
    var routed = view.data.legs.filter(function (leg) { return leg.line && leg.length_km !== null; });
    var drawn = routed.map(function (leg) { return view.legs[leg.id].group; });
    drawn = drawn.concat(view.data.places.filter(function (place) { return !place.rings; })
      .map(function (place) { return view.places[place.id]; }));
    if (!drawn.length) { drawn = view.data.places.map(function (place) { return view.places[place.id]; }); }
    if (drawn.length) {
      var wide = window.innerWidth > 700;
      view.map.fitBounds(L.featureGroup(drawn).getBounds(), {
        paddingTopLeft: [wide ? 60 : 20, 40], paddingBottomRight: [wide ? 400 : 20, wide ? 90 : 300], maxZoom: 9, animate: false
      });
    }
    settle(view);
  }

  return { draw: draw };
}());
