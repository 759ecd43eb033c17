// One sale and its return by a client that nobody here wrote: jayson (npm), its own framing and its own idea of JSON-RPC 2.0.
// Usage: node sale.cjs CARD RECEIPT; POS_BRIDGE_SOCKET, or POS_BRIDGE_URL and POS_BRIDGE_TOKEN. Prints JSON.
"use strict";
const jayson = require("jayson/promise");

const { POS_BRIDGE_SOCKET: path, POS_BRIDGE_URL: url, POS_BRIDGE_TOKEN: token } = process.env;
const bridge = path ? jayson.Client.tcp({ path }) : overHttp(new URL("/rpc", url));

function overHttp({ hostname, port, pathname }) {
  return jayson.Client.http({ hostname, port, path: pathname, headers: { Authorization: `Bearer ${token}` } });
}

async function main([card, receipt_id]) {
  const total = "1000.00";
  const told = {};
  told.hello = await bridge.request("bridge.hello", { client: "jayson" });
  told.opened = await bridge.request("receipt.open", { receipt_id, operation: "sale" });
  told.card = await bridge.request("card.resolve", { code: card, receipt_id, wait_ms: 5000 });
  told.limits = await bridge.request("receipt.limits", { receipt_id, total, wait_ms: 5000 });
  told.redeemed = await bridge.request("receipt.redeem", { receipt_id, points: 200, wait_ms: 5000 });
  told.batch = await bridge.request([
    bridge.request("receipt.get", { receipt_id }, "one", false),
    bridge.request("display.clear", {}, null, false), // a notification
    bridge.request("receipt.get", { receipt_id: "nobody's" }, 2, false),
  ]);
  told.noted = (await bridge.request("display.show", { rows: ["jayson"] }, null)) ?? null;
  told.unknown = await bridge.request("receipt.sing", {});
  told.positional = await bridge.request("receipt.get", [receipt_id]);
  told.closed = await bridge.request("receipt.close", { receipt_id, total, wait_ms: 5000 });
  const back = { receipt_id: `${receipt_id}/back`, operation: "refund", total, base: { receipt_id } };
  told.returned = await bridge.request("receipt.close", { ...back, wait_ms: 5000 });
  console.log(JSON.stringify(told));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
