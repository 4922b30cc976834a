using System.Text;
using Vmspawn.Control.MonitorShare;

namespace Vmspawn.Tests.Control;

public class QmpShareCommandTests
{
    [Theory]
    [InlineData("""{"execute":"a"}""", """{"id":7,"execute":"a"}""")]
    [InlineData("""{"execute":"a","id":null}""", """{"execute":"a","id":7}""")]
    [InlineData("""{ "id" : [1, {"id": 2}] , "execute":"a"}""", """{ "id" : 7 , "execute":"a"}""")]
    [InlineData("""{"\u0069d":"}","arguments":{"id":1},"execute":"a"}""", """{"\u0069d":7,"arguments":{"id":1},"execute":"a"}""")]
    [InlineData("{}", """{"id":7}""")]
    [InlineData("{ }", """{"id":7 }""")]
    public void Only_the_id_of_a_command_is_replaced(string text, string expected)
    {
        using var command = QmpShareCommand.Read(Encoding.UTF8.GetBytes(text), out _);
        Assert.Equal(expected + "\n", Encoding.UTF8.GetString(command!.WithId(7).Span));
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""", "JSON parse error")]
    [InlineData("""{"a":{"b":1,"\u0062":2}}""", "JSON parse error")]
    [InlineData("""{"a":"\ud800"}""", "JSON parse error")]
    [InlineData("""{"a":["\ufffe"]}""", "JSON parse error")]
    [InlineData("""{"\ufdd0":1}""", "JSON parse error")]
    [InlineData("""{"a" 1}""", "JSON parse error")]
    [InlineData("{'a':1}", "JSON parse error")]
    [InlineData("[1]", "QMP input must be a JSON object")]
    [InlineData("5", "QMP input must be a JSON object")]
    public void What_qemu_would_answer_without_an_id_is_no_command(string text, string problem)
    {
        Assert.Null(QmpShareCommand.Read(Encoding.UTF8.GetBytes(text), out var found));
        Assert.StartsWith(problem, found);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_no_command() =>
        Assert.Null(QmpShareCommand.Read((byte[])[.. "{\"a\":\""u8, 0xc3, .. "\"}"u8], out _));
}
