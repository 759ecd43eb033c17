// One sale and its return over the Unix socket; no package is needed.
//
//   node sale.mjs CARD RECEIPT_ID          ($POS_BRIDGE_SOCKET)
import net from 'node:net';
import readline from 'node:readline';

const [card, receipt] = process.argv.slice(2);
const total = '1000.00';

class Bridge {
  #socket; #waiting = new Map(); #lastId = 0;

  constructor(path) {
    this.#socket = net.createConnection(path);
    readline.createInterface({ input: this.#socket }).on('line', (line) => this.#take(JSON.parse(line)));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the bridge hung up')));
  }

  // The method's result; rejects with an Error that has code and data.
  call(method, params) {
    const id = ++this.#lastId;
    this.#socket.write(JSON.stringify({ jsonrpc: '2.0', id, method, params }) + '\n');
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  close() { this.#socket.end(); }

  #take(message) {
    if (message.method === 'event') return; // after events.subscribe
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error) {
      const error = Object.assign(new Error(message.error.message), message.error);
      if (waiting) waiting.reject(error); else this.#fail(error); // id null: the bridge is full, or knows us not
    } else {
      waiting?.resolve(message.result);
    }
  }

  #fail(error) {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

const bridge = new Bridge(process.env.POS_BRIDGE_SOCKET ?? '/run/pos-bridge/pos.sock');
const wait_ms = 5000;

await bridge.call('receipt.open', { receipt_id: receipt, operation: 'sale' });
const found = await bridge.call('card.resolve', { receipt_id: receipt, code: card, wait_ms });
console.log(`opened ${receipt}, card of ${found.holder}`);

const limits = await bridge.call('receipt.limits', { receipt_id: receipt, total, wait_ms });
console.log(`may spend ${limits.points.max_redeem}`);

const redeemed = await bridge.call('receipt.redeem', { receipt_id: receipt, points: '200.00', wait_ms });
console.log(`redeemed ${redeemed.points}`);

// Points are held here; then print the fiscal paper, then close.
await bridge.call('receipt.prepare', { receipt_id: receipt, total, wait_ms });
const closed = await bridge.call('receipt.close', { receipt_id: receipt, total, wait_ms });
console.log(`closed: ${closed.state}, redeemed ${closed.redeemed}`);

const back = `${receipt}-return`;
await bridge.call('receipt.open', { receipt_id: back, operation: 'refund', base: { receipt_id: receipt } });
const refunded = await bridge.call('receipt.close', { receipt_id: back, total, wait_ms });
console.log(`refunded: ${refunded.state}, restored ${refunded.restored}`);
bridge.close();
