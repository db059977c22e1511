// What the browser sees of the stop button: how long the cell takes to say that it stopped, and where a run goes on.
const TRAINING = /group (\d+) of \d+, epoch (\d+) of \d+/;
const MINUTES = 60_000;

/** The place in training that a text tells, with a number that grows from place to place. */
function placeIn(text) {
  const [, group, epoch] = TRAINING.exec(text).map(Number);
  return { group, epoch, at: group * 1e7 + epoch };
}

/**
 * Presses the stop button. Resolves with the milliseconds from the press to the change of the cell's output that says it
 * stopped, both as the page itself saw them, and with where the cell said training was.
 */
export async function pressStop(page, shown) {
  const output = await shown.elementHandle();
  const measured = output.evaluate(
    (element, limit) =>
      new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error(`after the stop the cell says: ${element.textContent}`)), limit);
        let pressed;
        const options = { capture: true, once: true };
        document.addEventListener("mousedown", () => (pressed = performance.now()), options);
        const observer = new MutationObserver(() => {
          const text = element.textContent;
          if (pressed === undefined || !/Stopped/.test(text)) return;
          observer.disconnect();
          resolve({ milliseconds: performance.now() - pressed, text });
        });
        observer.observe(element, { childList: true, subtree: true, characterData: true });
      }),
    MINUTES,
  );
  await page.locator('.jp-Toolbar-item[data-jp-item-name="interrupt"]').click();
  const { milliseconds, text } = await measured;
  return { milliseconds, place: placeIn(text) };
}

/**
 * Resolves once the cell tells of this place in training, or of a later one: a slow browser never shows some of the
 * lines that a fast training writes, so none of them may be waited for by itself.
 */
export async function reaches(page, shown, { group, epoch }) {
  await page.waitForFunction(
    ({ element, pattern, group, epoch }) => {
      const found = element.textContent.match(new RegExp(pattern));
      if (found === null) return false;
      const [at, of] = found.slice(1).map(Number);
      return at > group || (at === group && of >= epoch);
    },
    { element: await shown.elementHandle(), pattern: TRAINING.source, group, epoch },
    { polling: 20, timeout: 5 * MINUTES },
  );
}

/** Does `run`, which runs the cell again, and resolves with the first place in training that its output then tells. */
export async function firstPlace(shown, run) {
  const output = await shown.elementHandle();
  const first = output.evaluate(
    (element, { pattern, limit }) =>
      new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error(`the cell that was run says: ${element.textContent}`)), limit);
        let cleared = false; // of what the run before had said
        const observer = new MutationObserver(() => {
          const found = element.textContent.match(new RegExp(pattern));
          cleared ||= found === null;
          if (!cleared || found === null) return;
          observer.disconnect();
          resolve(found[0]);
        });
        observer.observe(element, { childList: true, subtree: true, characterData: true });
      }),
    { pattern: TRAINING.source, limit: MINUTES },
  );
  await run();
  return placeIn(await first);
}
