using System.Buffers;
using System.Text;
using Messaging.Http;
using Microsoft.AspNetCore.Http;

namespace Messaging.Gateway.Tests.Http;

public sealed class HttpHeadTests
{
    [Theory]
    [InlineData("", false, null)]
    [InlineData("respond-async", true, null)]
    [InlineData("Respond-Async;x=1, WAIT=5", true, "5")]
    [InlineData("wait = \"7\" , wait=9", false, "7")]
    [InlineData("foo=\"a, respond-async, wait=3 \\\"\", return=minimal", false, null)]
    [InlineData("wait", false, "")]
    [InlineData("foo=\"never closed, wait=3", false, null)]
    [InlineData(",,;,=", false, null)]
    public void Preferences_are_read_and_others_are_ignored(string header, bool respondAsync, string? wait) =>
        Assert.Equal(new PreferHeader(respondAsync, wait), PreferHeader.Read(header));

    [Fact]
    public void The_shorter_of_two_deadlines_holds()
    {
        var headers = new HeaderDictionary { ["Timeout-Ms"] = "1500", ["Prefer"] = "wait=1" };

        Assert.Equal(TimeSpan.FromSeconds(1), HttpRequestHead.Read(headers).Timeout);
        headers["Prefer"] = "wait=2";
        Assert.Equal(TimeSpan.FromMilliseconds(1500), HttpRequestHead.Read(headers).Timeout);
    }

    [Theory]
    [InlineData("text/event-stream", true)]
    [InlineData("application/x-ndjson;q=0.1, text/event-stream;q=0.2", true)]
    [InlineData("text/event-stream, application/x-ndjson", false)]
    [InlineData("text/*", false)]
    [InlineData("nonsense", false)]
    public void A_stream_has_the_form_that_the_client_would_rather_have(string accept, bool events) =>
        Assert.Equal(events ? StreamFormat.ServerSentEvents : StreamFormat.Ndjson, StreamFormat.Choose([accept]));

    [Fact]
    public void An_item_of_several_lines_stays_one_item()
    {
        const string Item = "{\r\n \"a\": 1,\n \"b\":\r2\n}";

        Assert.Equal("{   \"a\": 1,  \"b\": 2 }\n", Write(StreamFormat.Ndjson, Item));
        Assert.Equal("data: {\ndata:  \"a\": 1,\ndata:  \"b\":\ndata: 2\ndata: }\n\n", Write(StreamFormat.ServerSentEvents, Item));
    }

    private static string Write(StreamFormat format, string item)
    {
        var output = new ArrayBufferWriter<byte>();
        format.WriteItem(output, Encoding.UTF8.GetBytes(item));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
