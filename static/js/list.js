// A list of tracks.
import "./library.js";
import "./selection.js";
import "./rows.js";
import "./ratings.js";
import "./row_menu.js";
import "./endless.js";
import "./swipe.js";
import "./tag_names.js";
import "./wide_table.js";
