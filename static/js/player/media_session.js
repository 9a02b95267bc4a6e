// Media keys, the lock screen and headphones.
export function showToSystem(entry, acts) {
  if (!("mediaSession" in navigator)) return;
  const { mediaSession } = navigator;
  mediaSession.metadata = entry
    ? new MediaMetadata({ title: entry.title, artist: entry.artist, album: entry.album, artwork: artwork(entry) })
    : null;
  for (const [name, act] of Object.entries(acts)) {
    try {
      mediaSession.setActionHandler(name, entry ? act : null);
    } catch {
      // One that this browser does not know.
    }
  }
}

const artwork = ({ cover }) => (cover ? [{ src: cover }] : []);

export function showPosition(element) {
  if (!("mediaSession" in navigator) || !Number.isFinite(element.duration)) return;
  navigator.mediaSession.playbackState = element.paused ? "paused" : "playing";
  const { duration, currentTime, playbackRate } = element;
  navigator.mediaSession.setPositionState({ duration, playbackRate, position: Math.min(currentTime, duration) });
}
