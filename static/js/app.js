// What every page has. What only some have, their templates ask for.
import "./csrf.js";
import "./navigation.js";
import "./sheets.js";
import "./themes.js";
import "./player.js";
import "./player/queue_panel.js";
import "./grown_player.js";
import "./keyboard.js";
import "./folds.js";
import "./drops.js";
import "./live.js";
