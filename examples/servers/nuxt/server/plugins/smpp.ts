import { smpp } from "../utils/smpp";

export default defineNitroPlugin((nitro) => {
  smpp.ready().catch((error: Error) => console.error(error.message)); // for example a wrong password
  // SIGTERM, and each reload of `nuxt dev`: sends what is queued, and unbinds.
  nitro.hooks.hook("close", () => smpp.close());
});
