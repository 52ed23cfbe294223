// A bare socket with one write a read: all that the answers of one read make room for goes out together.

import { bare, writeTogether } from "./bare.mjs";

export const open = bare(writeTogether);
