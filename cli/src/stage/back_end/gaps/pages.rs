//! The pages of `ListQueues`: by name, as many as are asked for, from where the last one ended.

use serde::Deserialize;
use serde_json::{Value, json};
use winterbaume_core::MockResponse;

/// SQS gives no more at once, whether it is asked for pages or not.
const MOST: usize = 1_000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// The page of all queues that was asked for. The token is the last URL of the page before, so it is good
/// for what comes behind it even when that queue is gone.
pub(in crate::stage) fn page(request: &[u8], mut answer: MockResponse) -> MockResponse {
    let Ok(Asked { max_results, next_token }) = serde_json::from_slice(request) else { return answer };
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    let Some(Value::Array(urls)) = body.get_mut("QueueUrls") else { return answer };
    let mut urls: Vec<String> = urls.iter().filter_map(|url| Some(url.as_str()?.to_owned())).collect();
    urls.sort_unstable();
    urls.retain(|url| next_token.as_ref().is_none_or(|token| url > token));
    let length = max_results.unwrap_or(MOST).clamp(1, MOST);
    // Who asks for no pages is told of none.
    let more = max_results.is_some() && urls.len() > length;
    urls.truncate(length);
    let next = urls.last().filter(|_| more);
    answer.body = match next {
        Some(next) => json!({ "QueueUrls": urls, "NextToken": next }),
        None => json!({ "QueueUrls": urls }),
    }
    .to_string()
    .into();
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_begins_where_the_last_one_ended() {
        let all = json!({"QueueUrls": ["http://q/c", "http://q/a", "http://q/b"]}).to_string();
        let asked = |request: Value| -> Value {
            let answer = page(request.to_string().as_bytes(), MockResponse::json(200, all.clone()));
            serde_json::from_slice(&answer.body).unwrap()
        };
        assert_eq!(asked(json!({})), json!({"QueueUrls": ["http://q/a", "http://q/b", "http://q/c"]}));
        let first = asked(json!({"MaxResults": 2}));
        assert_eq!(first["QueueUrls"], json!(["http://q/a", "http://q/b"]));
        let next = asked(json!({"MaxResults": 2, "NextToken": first["NextToken"]}));
        assert_eq!(next, json!({"QueueUrls": ["http://q/c"]}), "and it is the last one");
    }
}
