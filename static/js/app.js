import "./navigation.js";
import "./themes.js";
import "./player.js";
import "./keyboard.js";
import "./uploads.js";
import "./deck.js";
import "./library.js";
