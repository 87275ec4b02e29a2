use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;

#[test]
fn json_has_its_headers_and_numbers_for_times() {
    let response = answered(&in_json("GetMetricStatistics", &statistics()));
    assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.0");
    assert_eq!(response.headers()["x-amzn-requestid"], "request-1");
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    assert!(text.contains(&format!(r#""Timestamp":{}"#, hour())), "{text}");
    assert!(text.contains(r#""Sum":6.5"#), "{text}");
}

#[test]
fn query_answers_xml() {
    let time = |after| super::super::shape::written(hour() + after);
    let statistics = answered(&in_query("GetMetricStatistics", &with(statistics(), "/Label", json!([]))));
    assert_eq!(statistics.headers()["content-type"], "text/xml");
    let expected = format!(
        "<GetMetricStatisticsResponse xmlns=\"http://monitoring.amazonaws.com/doc/2010-08-01/\">\
         <GetMetricStatisticsResult><Label>Duration</Label><Datapoints>\
         <member><Timestamp>{}</Timestamp><Sum>6.5</Sum><Unit>Milliseconds</Unit></member>\
         <member><Timestamp>{}</Timestamp><Sum>3.0</Sum><Unit>Milliseconds</Unit></member>\
         </Datapoints></GetMetricStatisticsResult>\
         <ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></GetMetricStatisticsResponse>",
        time(0),
        time(180),
    );
    assert_eq!(statistics.body(), &expected);
    let asked = with(data(json!([query("m", "Sum")])), "/MetricDataQueries", json!([query("m", "Sum")]));
    let data = answered(&in_query("GetMetricData", &asked));
    let data = String::from_utf8(data.body().to_vec()).unwrap();
    let times = format!("<Timestamps><member>{}</member><member>{}</member></Timestamps>", time(180), time(0));
    assert!(
        data.contains(&times) && data.contains("<Values><member>3.0</member><member>6.5</member></Values>"),
        "{data}"
    );
    let list = answered(&in_query("ListMetrics", &json!({"MetricName": "TriggeredRules"})));
    let list = String::from_utf8(list.body().to_vec()).unwrap();
    assert!(list.contains("<member><Name>RuleName</Name><Value>a&lt;b</Value></member>"), "{list}");
}

#[test]
fn a_query_may_be_a_get() {
    let request = Request::get("/?Action=ListMetrics&Namespace=AWS%2FLambda").body(Bytes::new()).unwrap();
    assert!(String::from_utf8_lossy(answered(&request).body()).contains("<MetricName>Duration</MetricName>"));
}

#[test]
fn cbor_has_its_headers_and_a_tag_before_times() {
    let response = answered(&in_cbor("GetMetricStatistics", &statistics()));
    assert_eq!(response.headers()["content-type"], "application/cbor");
    assert_eq!(response.headers()["smithy-protocol"], "rpc-v2-cbor");
    // The name, tag 1, and an unsigned integer of four bytes.
    let mut time = b"\x69Timestamp\xc1\x1a".to_vec();
    time.extend(u32::try_from(hour()).unwrap().to_be_bytes());
    assert!(response.body().windows(time.len()).any(|bytes| bytes == time), "{:x?}", response.body());
}

#[test]
fn requests_may_be_gzipped() {
    for mut request in in_each("ListMetrics", &json!({"Namespace": "AWS/Lambda"})) {
        let plain = answered(&request);
        let mut zip = GzEncoder::new(Vec::new(), Compression::fast());
        zip.write_all(request.body()).unwrap();
        *request.body_mut() = zip.finish().unwrap().into();
        request.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
        assert_eq!(answered(&request).body(), plain.body());
    }
    let mut zip = GzEncoder::new(Vec::new(), Compression::best());
    // Well-formed, and too long.
    zip.write_all(b"{}").unwrap();
    zip.write_all(&vec![b' '; 8 * 1024 * 1024]).unwrap();
    for body in [b"not gzipped".to_vec(), zip.finish().unwrap()] {
        let mut request = in_json("ListMetrics", &json!({}));
        *request.body_mut() = body.into();
        request.headers_mut().insert("content-encoding", "gzip".parse().unwrap());
        assert_eq!(answered(&request).status(), 400);
    }
}

#[test]
fn what_is_not_ours_is_passed_on() {
    let mine = with(query("mine", "Sum"), "/MetricStat/Metric/Namespace", json!("Mine"));
    let expression = json!({"Id": "e", "Expression": "1 + 1"});
    for (action, asked) in [
        ("GetMetricStatistics", with(statistics(), "/Namespace", json!("Mine"))),
        ("GetMetricData", data(json!([mine, expression]))),
        ("GetMetricData", data(json!([]))),
        ("ListMetrics", json!({"Namespace": "AWS/SQS"})),
        ("PutMetricData", json!({"Namespace": "AWS/Lambda"})),
    ] {
        for request in in_each(action, &asked) {
            assert_eq!(answer(&request, &metrics(), "r").map(Response::into_body), None, "{request:?}");
        }
    }
    for request in [
        Request::post("/").header("x-amz-target", "Other.ListMetrics"),
        Request::post("/").header("x-amz-target", "ListMetrics"),
        Request::post("/service/Other/operation/ListMetrics").header("smithy-protocol", "rpc-v2-cbor"),
        Request::post("/").header("smithy-protocol", "rpc-v2-cbor"),
        Request::get("/?Action=ListMetrics&Version=2010-03-31"),
        Request::get("/"),
    ] {
        assert!(answer(&request.body(Bytes::new()).unwrap(), &metrics(), "r").is_none());
    }
}

#[test]
fn nonsense_is_refused_and_does_no_harm() {
    let deep = [vec![0x81; 100_000], vec![0xc1; 100_000]];
    let long = vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
    let bodies = [b"\xff".to_vec(), b"\xbf".to_vec(), b"{".to_vec(), b"[]".to_vec(), b"\xa0\x00".to_vec(), long];
    for body in bodies.into_iter().chain(deep) {
        for mut request in [in_json("ListMetrics", &json!({})), in_cbor("ListMetrics", &json!({}))] {
            *request.body_mut() = body.clone().into();
            let response = answered(&request);
            assert_eq!(response.status(), 400, "{:x?}", body.get(..9));
            assert_eq!(response.headers()["x-amzn-query-error"], "MalformedInput;Sender");
        }
    }
    for form in ["a.b=1&a=2&a.b.c=3", "..=1", "Dimensions.member.1=x", "Dimensions.member.x.Name=x", "Dimensions=x"] {
        let request = Request::post("/").body(format!("Action=ListMetrics&{form}").into()).unwrap();
        answered(&request);
    }
}
