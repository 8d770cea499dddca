import { Router } from 'express';
import type { MasterSettings } from '../master-deps.ts';
import type { CurrentOptions } from '../services/current-options.ts';
import { readStatus } from '../services/read-status.ts';
import { sendData } from './envelope.ts';

export interface StatusRouterDeps {
  currentOptions: CurrentOptions;
  settings: Pick<MasterSettings, 'version' | 'startTime'>;
}

/** What a console needs before anybody is logged in. For everyone. */
export function createStatusRouter({ currentOptions, settings }: StatusRouterDeps): Router {
  const router = Router();

  router.get('/status', async (_request, response) => {
    sendData(response, readStatus(await currentOptions.read(), settings));
  });

  router.get('/notice', async (_request, response) => {
    sendData(response, (await currentOptions.read()).Notice);
  });

  router.get('/about', async (_request, response) => {
    sendData(response, (await currentOptions.read()).About);
  });

  router.get('/home_page_content', async (_request, response) => {
    sendData(response, (await currentOptions.read()).HomePageContent);
  });

  return router;
}
