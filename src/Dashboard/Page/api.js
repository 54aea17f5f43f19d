// Talks to the server. What it refuses comes as a Refused, with what to do.

export class Refused extends Error {
  constructor({ title, detail, remedy, status }) {
    super(detail);
    this.title = title;
    this.remedy = remedy;
    this.status = status;
  }
}

/** The address of a path of the server's, with its query. */
export function addressOf(path, query = {}) {
  const url = new URL(`api/${path}`, document.baseURI);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") {
      url.searchParams.set(name, value);
    }
  }
  return url;
}

export async function ask(path, query, signal) {
  const response = await reach(addressOf(path, query), { signal, cache: "no-store", headers: { Accept: "application/json" } });
  return response.json();
}

/** Does something. The header is what another site's page can't send. */
export async function act(path, body, signal) {
  return reach(addressOf(path), {
    method: "POST",
    signal,
    headers: { "Content-Type": "application/json", "X-Messaging-Dashboard": "1" },
    body: JSON.stringify(body),
  });
}

async function reach(url, init) {
  let response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) {
      throw error;
    }
    throw new Refused({ title: "The server can't be reached", detail: `The program that serves this page doesn't answer (${error.message}).`, remedy: "Check that it runs, then try again.", status: 0 });
  }
  if (response.ok) {
    return response;
  }
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // Something else than the dashboard has answered: a sign-in, a proxy.
  }
  throw new Refused({
    title: problem.title ?? (response.status === 401 ? "You are not signed in any more" : `The server says ${response.status}`),
    detail: problem.detail ?? (response.status === 401 ? "Your session has ended." : "It gives no reason."),
    remedy: problem.remedy ?? (response.status === 401 ? "Reload the page and sign in." : undefined),
    status: response.status,
  });
}

/** Reads lines of JSON as they come. */
export async function readLines(response, signal, take) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      throw signal.aborted ? error : new Refused({ title: "The connection broke", detail: `What came back has not come to its end (${error.message}). It may have run all the same.`, remedy: "Try again where that does no harm.", status: 0 });
    });
    if (done) {
      break;
    }
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      if (line !== "") {
        take(JSON.parse(line));
      }
    }
  }
}
