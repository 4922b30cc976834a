using System.Net;
using CsCheck;
using Vmspawn.Options;

namespace Vmspawn.Cli.Tests.Texts;

public class PublishTextTests
{
    [Theory]
    [InlineData("8080:80", "127.0.0.1", 8080, 80, false)]
    [InlineData("0:22", "127.0.0.1", 0, 22, false)]
    [InlineData("0.0.0.0:53:5353/udp", "0.0.0.0", 53, 5353, true)]
    [InlineData("192.0.2.1:65535:1/tcp", "192.0.2.1", 65535, 1, false)]
    [InlineData("[::1]:1:2", "::1", 1, 2, false)]
    public void A_port_defaults_to_the_loopback_address_and_tcp(string text, string address, int host, int guest, bool udp) =>
        Assert.Equal(new PublishedPort(IPAddress.Parse(address), host, guest, udp), PublishText.Parse(text).Value);

    [Theory]
    [InlineData("", "publish")]
    [InlineData("80", "publish")]
    [InlineData(":80", "publish")]
    [InlineData("80:", "publish-port")]
    [InlineData("80:0", "publish-port")]
    [InlineData("65536:80", "publish-port")]
    [InlineData("-1:80", "publish-port")]
    [InlineData("+1:80", "publish-port")]
    [InlineData(" 1:80", "publish-port")]
    [InlineData("http:80", "publish-port")]
    [InlineData("localhost:8080:80", "publish-address")]
    [InlineData("1:8080:80", "publish-address")]
    [InlineData("::1:8080:80", "publish-address")]
    [InlineData("[127.0.0.1]:8080:80", "publish-address")]
    [InlineData("80:80/sctp", "publish-protocol")]
    [InlineData("80:80/", "publish-protocol")]
    public void What_is_no_pair_of_ports_is_refused_by_kind(string text, string code) =>
        Assert.Equal(code, PublishText.Parse(text).Mistake?.Code);

    [Fact]
    public void A_port_survives_being_written_and_read() =>
        Gen.Select(Gen.UInt, Gen.Int[0, 65535], Gen.Int[1, 65535], Gen.Bool).Sample(
            (address, host, guest, udp) =>
            {
                var port = new PublishedPort(new IPAddress(address), host, guest, udp);
                Assert.Equal(port, PublishText.Parse(port.ToString()).Value);
            });

    [Fact]
    public void No_text_makes_the_parser_throw() => Gen.String.Sample(text => PublishText.Parse(text).Mistake is null || true);
}
