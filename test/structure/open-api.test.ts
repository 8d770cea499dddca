import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from '@jest/globals';
import { describeApi } from '@turnpike/core';
import { managementRoutes } from '@turnpike/core/contract';

interface Operation {
  operationId: string;
  parameters?: { name: string; in: string; schema: Record<string, unknown> }[];
}
const document = describeApi('v0.0.0') as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));

    expect(errors).toBeUndefined();
    expect([valid, document.openapi]).toEqual([true, '3.1.0']);
  });

  it('has every declared route, and a POST beside each GET that changes something', () => {
    const declared = managementRoutes.flatMap(({ id, alsoPost }) =>
      alsoPost ? [id, `${id}ByPost`] : [id],
    );

    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(declared.sort());
    expect(new Set(declared).size).toBe(declared.length);
  });

  it('describes every parameter of a path', () => {
    for (const [path, methods] of Object.entries(document.paths))
      for (const { parameters = [] } of Object.values(methods)) {
        const described = parameters.filter((parameter) => parameter.in === 'path');
        const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        expect([path, described.map(({ name }) => name)]).toEqual([path, named]);
      }
  });

  it('describes queries as clients write them', () => {
    const list = document.paths['/api/user/']?.['get']?.parameters;

    expect(list?.find(({ name }) => name === 'page_size')?.schema).toMatchObject({
      type: 'integer',
    });
    expect(list?.find(({ name }) => name === 'order')?.schema).toMatchObject({ type: 'string' });
  });
});
