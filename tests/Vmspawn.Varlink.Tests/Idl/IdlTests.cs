using CsCheck;

namespace Vmspawn.Varlink.Tests;

public class IdlTests
{
    private const string Golden =
        "# A service of the tests.\n#\n#  Indented.\ninterface org.example.golden\n"
        + "\n# Where it stands.\ntype State(\n\t# Nothing to do.\n\tidle,\n\tbusy\n)\n"
        + "\ntype Deep(\n\tinner: (\n\t\tset: [string](),\n\t\tchoice: (\n\t\t\tone,\n\t\t\ttwo\n\t\t)\n\t),\n\tstates: ?[]State\n)\n"
        + "\nmethod Nothing() -> ()\n"
        + "\n# Waits for it.\n# [Requires 'more' flag]\n# [Supports 'upgrade' flag]\nmethod Watch(\n\tfilter: ?[]string\n) -> (\n"
        + "\t# What came.\n\tdata: ?object,\n\tvalue: any\n)\n"
        + "\nerror Broken(\n\twhy: string\n)\n";

    [Fact]
    public void Text_of_an_interface_is_laid_out_as_systemd_lays_it_out()
    {
        var face = new VarlinkInterface(
            "org.example.golden",
            docs: "A service of the tests.\n\n Indented.",
            types:
            [
                new("State", new EnumType([new("idle", "Nothing to do."), new("busy")]), "Where it stands."),
                new("Deep", VarlinkType.Struct(
                    new("inner", VarlinkType.Struct(
                        new("set", VarlinkType.Struct().Map()),
                        new("choice", VarlinkType.Enum("one", "two")))),
                    new("states", VarlinkType.Named("State").Array().Nullable()))),
            ],
            methods:
            [
                new("Nothing", [], []),
                new(
                    "Watch",
                    [new("filter", VarlinkType.String.Array().Nullable())],
                    [new("data", VarlinkType.Object.Nullable(), "What came."), new("value", VarlinkType.Any)],
                    VarlinkMethodFlags.RequiresMore | VarlinkMethodFlags.SupportsUpgrade,
                    "Waits for it."),
            ],
            errors: [new("Broken", [new("why", VarlinkType.String)])]);

        Assert.Equal(Golden, face.ToString());
        Assert.Equal(face, VarlinkInterface.Parse(Golden));
    }

    [Fact]
    public void Any_interface_survives_print_and_parse() => InterfaceGen.Any.Sample(
        face => VarlinkInterface.Parse(face.ToString()).Equals(face), iter: 2000);

    [Fact]
    public void Any_cut_or_changed_text_parses_or_is_refused_with_a_place() =>
        Gen.Select(InterfaceGen.Any, Gen.Double[0, 1], Pick.From("", "(", ")", "?", "#", "\n", "->", "\0", "#\v", "é", "type ")).Sample(
            (face, where, put) =>
            {
                var text = face.ToString();
                var at = (int)(where * text.Length);
                AssertParsesOrPoints(text[..at]);
                AssertParsesOrPoints(text[..at] + put + text[at..]);
            },
            iter: 2000);

    [Fact]
    public void Layout_and_loose_comments_do_not_matter()
    {
        var loose = VarlinkInterface.Parse(
            "# licence\r\n\r\n# about a.b\r\ninterface a.b # same line\r\nmethod F(a:int,# of a\n # of b\nb : ?[ string ]".Replace("[ string ]", "[string]", StringComparison.Ordinal)
            + "bool\t)->(\u00a0) error E ( )type T(x,y)");
        Assert.Equal("about a.b", loose.Docs);
        Assert.Equal(["", "of b"], loose.Methods[0].Input.Select(field => field.Docs));
        Assert.Equal(VarlinkType.Bool.Map().Nullable(), loose.Methods[0].Input[1].Type);
        Assert.Equal("E", Assert.Single(loose.Errors).Name);
        Assert.Equal(VarlinkType.Enum("x", "y"), Assert.Single(loose.Types).Type);
    }

    [Theory]
    [InlineData("", "1:1: expected 'interface', found the end")]
    [InlineData("interface org", "1:11: expected an interface name such as org.example.thing, found 'org'")]
    [InlineData("interface a.b\nmethod foo() -> ()", "2:8: expected a name that begins with a capital and goes on with letters and digits, found 'foo'")]
    [InlineData("interface a.b\nmethod F() ()", "2:12: expected '->', found '('")]
    [InlineData("interface a.b\nmethod F(x) -> ()", "2:11: expected ':' and the type of 'x', found ')'")]
    [InlineData("interface a.b\ntype T (x: int,)", "2:16: expected a field name (letters, digits, and single underscores inside), found ')'")]
    [InlineData("interface a.b\ntype T (x: int y: int)", "2:16: expected ',' or ')', found 'y'")]
    [InlineData("interface a.b\ntype T (a, b: int)", "2:13: expected ',' or ')', found ':'")]
    [InlineData("interface a.b\ntype T (x: U)", "2:12: a.b declares no type 'U'")]
    [InlineData("interface a.b\ntype T (x: ??int)", "2:13: expected a type that is not nullable already, found '?'")]
    [InlineData("interface a.b\ntype T (x: int, x: int)", "2:17: the field 'x' is there already")]
    [InlineData("interface a.b\ntype T ()\nerror T ()", "3:7: 'T' is declared already")]
    [InlineData("interface a.b\ntype T (x: integer)", "2:12: expected a type (bool, int, float, string, object, any, a declared one, '(', '[]', '[string]' or '?'), found 'integer'")]
    [InlineData("interface a.b\nfoo", "2:1: expected 'type', 'method' or 'error', found 'foo'")]
    [InlineData("interface a.b\ntype T (x_: int)", "2:9: expected a field name (letters, digits, and single underscores inside), found 'x_'")]
    public void Broken_text_is_refused_with_place_and_expectation(string text, string message) =>
        Assert.Equal(message, Assert.Throws<VarlinkSyntaxException>(() => VarlinkInterface.Parse(text)).Message);

    [Fact]
    public void Nesting_beyond_64_is_refused_and_not_recursed_into()
    {
        var text = $"interface a.b\ntype T (x: {new string('(', 100_000)}";
        Assert.StartsWith("2:", Assert.Throws<VarlinkSyntaxException>(() => VarlinkInterface.Parse(text.Replace("(((", "(a:(a:(a:", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
        var arrays = "interface a.b\ntype T (x: " + string.Concat(Enumerable.Repeat("[]", 100_000)) + "int)";
        Assert.Contains("nested deeper than 64", Assert.Throws<VarlinkSyntaxException>(() => VarlinkInterface.Parse(arrays)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Models_that_text_cannot_hold_are_refused()
    {
        Refused("no interface name", () => new VarlinkInterface("nodots"));
        Refused("twice", () => new VarlinkInterface("a.b", errors: [new("E", [])], methods: [new("E", [], [])]));
        Refused("does not declare", () => new VarlinkInterface("a.b", errors: [new("E", [new("x", VarlinkType.Named("T"))])]));
        Refused("nullable twice", () => new VarlinkInterface("a.b", errors: [new("E", [new("x", VarlinkType.Int.Nullable().Nullable())])]));
        Refused("choice of nothing", () => new VarlinkInterface("a.b", types: [new("T", VarlinkType.Enum())]));
        Refused("neither", () => new VarlinkInterface("a.b", types: [new("T", VarlinkType.Int)]));
        Refused("ends a line", () => new VarlinkInterface("a.b", docs: "a\rb"));
        Refused("states a flag", () => new VarlinkInterface("a.b", methods: [new("M", [], [], Docs: "[Requires 'more' flag]")]));

        static void Refused(string part, Func<VarlinkInterface> make) =>
            Assert.Contains(part, Assert.Throws<ArgumentException>(() => make()).Message, StringComparison.Ordinal);
    }

    private static void AssertParsesOrPoints(string text)
    {
        try
        {
            var face = VarlinkInterface.Parse(text);
            Assert.Equal(face, VarlinkInterface.Parse(face.ToString()));
        }
        catch (VarlinkSyntaxException e)
        {
            Assert.True(e.Line >= 1 && e.Column >= 1);
        }
    }
}
