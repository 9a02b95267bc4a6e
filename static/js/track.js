// The page of a track.
import "./deck.js";
import "./tag_keys.js";
import "./add_tags.js";
import "./verdicts.js";
import "./moments.js";
