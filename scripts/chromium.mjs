// Where Chromium is, and how it is started: by the browser tests, and for PDF.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";
import { Stop, which } from "./tools.mjs";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @throws Stop that says how to install it */
export function launchChromium() {
  const places = [
    process.env.CHROMIUM_PATH,
    which("chromium"),
    which("chromium-browser"),
    which("google-chrome"),
  ];
  const executablePath = places.find((path) => path && existsSync(path));
  if (!executablePath)
    throw new Stop(
      "Chromium was not found. On Debian or Ubuntu: sudo apt install chromium.\n" +
        "Elsewhere install Chrome or Chromium and name it: CHROMIUM_PATH=/path/to/chrome",
    );
  return chromium.launch({ executablePath, args: FLAGS });
}
