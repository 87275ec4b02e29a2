// The same handler with the AWS SDK for JavaScript, under a Runtime API.

import http from "node:http";
import { GetQueueAttributesCommand, ListQueueTagsCommand, SQSClient } from "@aws-sdk/client-sqs";

// Else it would leave for the real SQS.
const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
const agent = new http.Agent({ keepAlive: true });
const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

function asked(method, path, body) {
  return new Promise((resolve, reject) => {
    const request = http.request({ host, port, method, path: `/2018-06-01/runtime/invocation/${path}`, agent }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ headers: answer.headers, body: Buffer.concat(chunks).toString() }));
    });
    request.on("error", reject);
    request.end(body);
  });
}

while (true) {
  const handed = await asked("GET", "next");
  const QueueUrl = JSON.parse(handed.body).detail.responseElements.queueUrl;
  const began = process.hrtime.bigint();
  const attributes = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
  const tags = await sqs.send(new ListQueueTagsCommand({ QueueUrl }));
  const took = Number(process.hrtime.bigint() - began);
  const answer = {
    attributes: Object.keys(attributes.Attributes).length,
    tags: Object.keys(tags.Tags).length,
    nanosecondsOfCalls: took,
  };
  await asked("POST", `${handed.headers["lambda-runtime-aws-request-id"]}/response`, JSON.stringify(answer));
}
