import "reflect-metadata";
import { Body, Controller, HttpException, Injectable, Module, Post, type OnApplicationShutdown, type OnModuleInit } from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { client, SmppError } from "smpp-edge";

@Injectable()
class SmsService implements OnModuleInit, OnApplicationShutdown {
  private readonly smpp = client(process.env.SMPP_URL, {
    onMessage: ({ from, text }) => console.log(`${from.addr} writes: ${text}`),
  });

  onModuleInit(): void {
    this.smpp.ready().catch((error: Error) => console.error(error.message));
  }

  async send(to: string, text: string): Promise<string> {
    const sent = await this.smpp.sendSms({ from: "12345", to, text, signal: AbortSignal.timeout(10_000) });
    return sent.messageId;
  }

  /** Sends what is queued, and unbinds. */
  async onApplicationShutdown(): Promise<void> {
    await this.smpp.close();
  }
}

@Controller("messages")
class MessagesController {
  constructor(private readonly sms: SmsService) {}

  @Post()
  async send(@Body() { to, text }: { to: string; text: string }): Promise<{ messageId: string }> {
    try {
      return { messageId: await this.sms.send(to, text) };
    } catch (error) {
      if (!(error instanceof SmppError)) throw error;
      throw new HttpException(error.message, error.outcome === "unknown" ? 504 : error.code === "invalid-field" ? 422 : 503);
    }
  }
}

@Module({ controllers: [MessagesController], providers: [SmsService] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ["error", "warn"] });
  app.enableShutdownHooks(); // SIGTERM calls onApplicationShutdown
  await app.listen(process.env.PORT ?? 3000);
}

void main();
