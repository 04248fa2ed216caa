/**
 * A certified OpenID provider on loopback for the tests of sign-on. PROVIDER_OPTIONS is a JSON object: `issuer`, `port`, `client`
 * (as it is registered) and `groups`, lists by the names of people. Whoever has groups is taken with any password.
 */

import Provider from "oidc-provider";

const { issuer, port, client, groups } = JSON.parse(process.env.PROVIDER_OPTIONS);

/** @param {string} id the name that was typed */
const account = (id) => ({
  accountId: id,
  claims: async () => ({ sub: id, preferred_username: id, name: `${id} of the provider`, groups: groups[id] ?? [] }),
});

const provider = new Provider(issuer, {
  clients: [client],
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email"], groups: ["groups"] },
  features: { backchannelLogout: { enabled: true } },
  findAccount: async (_context, id) => account(id),
  cookies: { keys: ["of-the-tests"] },
  // Without the dispatcher that lets nothing through to loopback, where the tests are.
  fetch: (address, { dispatcher: _dispatcher, ...options }) => fetch(address, options),
});

provider.on("backchannel.error", (_context, error) => console.error("back-channel logout failed:", error));
provider.on("server_error", (_context, error) => console.error(error));
provider.listen(port, "127.0.0.1", () => console.log(`${issuer} is ready`));
