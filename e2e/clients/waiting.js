const SECONDS = 20;

export const sleep = millis => new Promise(resolve => setTimeout(resolve, millis));

/** Resolves when the condition holds; fails after 20 seconds. */
export async function eventually(condition, message) {
    const end = Date.now() + SECONDS * 1000;
    while (!(await condition())) {
        if (Date.now() > end) {
            throw new Error(message);
        }
        await sleep(20);
    }
}
