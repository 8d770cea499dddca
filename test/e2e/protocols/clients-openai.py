"""What OpenAI's Python SDK makes of answers of every kind of upstream. Arguments: URL, key, models."""

import json
import sys

import openai
from openai import OpenAI

url, key, *models = sys.argv[1:]
client = OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0)
city = {"type": "object", "properties": {"city": {"type": "string"}}}
messages = [{"role": "user", "content": "Weather in Paris and Oslo?"}]
chat_tools = [{"type": "function", "function": {"name": "get_weather", "parameters": city}}]
tools = [{"type": "function", "name": "get_weather", "parameters": city, "strict": False}]
cities = ["Paris", 'Øslo "N"']


def check_completion(answer):
    choice = answer.choices[0]
    assert choice.finish_reason == "tool_calls", choice
    assert choice.message.content == "Let me look.", choice
    calls = [call.function for call in choice.message.tool_calls]
    assert [json.loads(call.arguments)["city"] for call in calls] == cities, calls
    assert answer.usage.prompt_tokens == 20 and answer.usage.completion_tokens == 7, answer.usage
    assert answer.usage.prompt_tokens_details.cached_tokens == 5, answer.usage


def check_response(answer):
    assert answer.status == "completed" and answer.output_text == "Let me look.", answer
    calls = [item for item in answer.output if item.type == "function_call"]
    assert [json.loads(call.arguments)["city"] for call in calls] == cities, calls
    assert answer.usage.input_tokens == 20 and answer.usage.output_tokens == 7, answer.usage


for model in models:
    print(model)
    chat = {"model": model, "messages": messages, "tools": chat_tools}
    check_completion(client.chat.completions.create(**chat))
    options = {"include_usage": True}
    with client.chat.completions.stream(**chat, stream_options=options) as stream:
        check_completion(stream.get_final_completion())
    asked = {"model": model, "input": messages, "tools": tools, "store": False}
    check_response(client.responses.create(**asked))
    with client.responses.stream(**asked) as stream:
        check_response(stream.get_final_response())

print("errors")
try:
    client.chat.completions.create(model="model-anthropic", messages=messages)
    raise AssertionError("an overloaded upstream did not fail")
except openai.InternalServerError as error:
    assert error.request_id, error

print("all good")
