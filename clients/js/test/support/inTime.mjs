/** How long anything that must happen may take, in ms. Far longer than it takes; a test that waits for it has failed. */
export const timeout = 20_000;

/** The promise, or an error that says what did not happen in time. */
export async function inTime(promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Not within ${timeout} ms: ${what}.`)), timeout);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
