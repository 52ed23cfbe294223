// npm `smpp`, receipts in, with Nagle's delay turned off by its user.

import { receiver } from "./npm-smpp-receipts.mjs";

export const open = receiver((socket) => socket.setNoDelay(true));
