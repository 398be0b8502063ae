using System.Globalization;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RealtimeGateway.Filters;

namespace RealtimeGateway.Tests.Filters;

/// <summary>Numbers compare by what they are worth, to the last digit, and their canonical texts are equal when they are.</summary>
[TestFixture]
[FsCheck.NUnit.Properties(Arbitrary = [typeof(NumberOrderTests)], MaxTest = 2_000)]
public sealed class NumberOrderTests
{
    private static readonly string Nines = new('9', 253);

    /// <summary>A number as JSON has it: sign, digits, a point among them, and an exponent, all of few pieces.</summary>
    /// <param name="Sign">Nothing or a minus.</param>
    /// <param name="Whole">What is before the point.</param>
    /// <param name="Fraction">What is behind it; it may be empty.</param>
    /// <param name="Exponent">The power of ten.</param>
    public sealed record Number(string Sign, string Whole, string Fraction, int Exponent)
    {
        /// <summary>The number times 10^100, which is whole.</summary>
        public BigInteger Scaled =>
            BigInteger.Parse(Sign + Whole + Fraction, CultureInfo.InvariantCulture) * BigInteger.Pow(10, 100 + Exponent - Fraction.Length);

        public override string ToString() => With(Exponent);

        /// <summary>The number with another exponent.</summary>
        public string With(BigInteger exponent)
        {
            var mantissa = Sign + Whole + (Fraction.Length > 0 ? "." + Fraction : "");
            return exponent.IsZero ? mantissa : string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{exponent}");
        }
    }

    public static Arbitrary<Number> Numbers()
    {
        var digits = Gen.Elements("0", "0", "1", "9", "00000", "12345").ListOf().Select(pieces => string.Concat(pieces));
        return (
            from sign in Gen.Elements("", "-")
            from whole in digits
            from fraction in digits
            from exponent in Gen.Frequency((2, Gen.Constant(0)), (3, Gen.Choose(-4, 4)), (1, Gen.Choose(-30, 30)))
            where fraction.Length < 60
            select new Number(sign, whole.TrimStart('0') is { Length: > 0 } some ? some : "0", fraction, exponent)).ToArbitrary();
    }

    [TestCase("1", "1.0")]
    [TestCase("1", "1e0")]
    [TestCase("1", "1E+0")]
    [TestCase("1", "10e-1")]
    [TestCase("1", "0.1e1")]
    [TestCase("1", "0.00001e5")]
    [TestCase("1", "1e000000000000000000000000000000000000")]
    [TestCase("1", "10e-00000000000000000000000000000000001")]
    [TestCase("100", "1e2")]
    [TestCase("100.10", "1001e-1")]
    [TestCase("0.1", "0.10")]
    [TestCase("0", "-0")]
    [TestCase("0", "0.00")]
    [TestCase("0", "-0.0e-5")]
    [TestCase("0", "0e999999999999999999999999")]
    [TestCase("18446744073709551617", "18446744073709551617.0")]
    [TestCase("-9223372036854775808", "-9.223372036854775808e18")]
    [TestCase("1e99999999999999999999", "10e99999999999999999998")]
    [TestCase("1e-99999999999999999999", "0.1e-99999999999999999998")]
    [TestCase("1e9223372036854775807", "0.1e9223372036854775808", Description = "Nothing overflows at the end of a long.")]
    public void Numbers_AreEqual_HoweverTheyAreWritten(string one, string other)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Compare(one, other), Is.Zero);
            Assert.That(Compare(other, one), Is.Zero);
            Assert.That(Canonical(one), Is.EqualTo(Canonical(other)));
        });
    }

    [TestCase("1", "2")]
    [TestCase("9", "10")]
    [TestCase("-10", "-9")]
    [TestCase("-1", "0")]
    [TestCase("-1e-400", "0")]
    [TestCase("0", "1e-999999999999")]
    [TestCase("1", "1.0000000000000000000000000000001")]
    [TestCase("18446744073709551616", "18446744073709551617")]
    [TestCase("9007199254740992", "9007199254740993")]
    [TestCase("9007199254740992.0", "9007199254740993.0")]
    [TestCase("9223372036854775807", "9223372036854775808")]
    [TestCase("0.1", "0.1000000000000000055511151231257827021181583404541015625")]
    [TestCase("1e400", "1e401")]
    [TestCase("1e-401", "1e-400")]
    [TestCase("-1e401", "-1e400")]
    [TestCase("9e999999999999", "1e1000000000000")]
    [TestCase("1e99999999999999999999", "1e100000000000000000000")]
    [TestCase("-1e100000000000000000000", "1e-100000000000000000000")]
    [TestCase("9.99e5", "1000000")]
    [TestCase("12", "120")]
    [TestCase("1.2", "1.23")]
    public void Numbers_Differ_ByTheLeastThing(string less, string greater)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Compare(less, greater), Is.Negative);
            Assert.That(Compare(greater, less), Is.Positive);
            Assert.That(Canonical(less), Is.Not.EqualTo(Canonical(greater)));
        });
    }

    [TestCase(1)]
    [TestCase(300)]
    [TestCase(1_000_000)]
    public void Data_IsBeyondAllFilters_WhenItsExponentIsLongerThanTheirs(int more)
    {
        var exponent = Nines + new string('9', more);

        Assert.Multiple(() =>
        {
            Assert.That(Compare($"1e{exponent}", $"9e{Nines}"), Is.Positive);
            Assert.That(Compare($"-1e{exponent}", $"-9e{Nines}"), Is.Negative);
            Assert.That(Compare($"1e-{exponent}", "1e-" + Nines[1..]), Is.Negative);
            Assert.That(Compare($"1e-{exponent}", "0"), Is.Positive);
            Assert.That(Compare($"0e{exponent}", "0"), Is.Zero);
        });
    }

    [Test]
    public void Data_IsComparedInTime_HoweverLongItIs()
    {
        var zeros = new string('0', 1_000_000);

        Assert.Multiple(() =>
        {
            Assert.That(Compare($"1{zeros}", "1e1000000"), Is.Zero);
            Assert.That(Compare($"0.{zeros}1", "1e-1000001"), Is.Zero);
            Assert.That(Compare($"1.{zeros}", "1"), Is.Zero);
            Assert.That(Compare($"1.{zeros}1", "1"), Is.Positive);
            Assert.That(Compare($"1e{zeros}5", "100000"), Is.Zero);
        });
    }

    [FsCheck.NUnit.Property]
    public void Order_IsThatOfTheExactValues(Number one, Number other)
    {
        Assert.Multiple(() =>
        {
            Assert.That(Math.Sign(Compare(one.ToString(), other.ToString())), Is.EqualTo(one.Scaled.CompareTo(other.Scaled)));
            Assert.That(Canonical(one.ToString()) == Canonical(other.ToString()), Is.EqualTo(one.Scaled == other.Scaled));
        });
    }

    [FsCheck.NUnit.Property]
    public void Order_IsThatOfDecimals(decimal one, decimal other, byte places)
    {
        // Near each other, and with zeros at their ends.
        decimal[] numbers = [one, other, decimal.Round(one, places % 29), -one];
        foreach (var left in numbers)
        {
            foreach (var right in numbers)
            {
                Assert.That(Math.Sign(Compare(Text(left), Text(right))), Is.EqualTo(left.CompareTo(right)), $"{left} and {right}");
            }
        }
    }

    [FsCheck.NUnit.Property]
    public void Order_StaysAsItIs_WhenBothAreMultipliedByAnyPowerOfTen(Number one, Number other, bool isNegative, byte length)
    {
        var power = BigInteger.Parse((isNegative ? "-" : "") + "7" + new string('0', length % 200), CultureInfo.InvariantCulture);

        Assert.That(
            Math.Sign(Compare(one.With(one.Exponent + power), other.With(other.Exponent + power))),
            Is.EqualTo(one.Scaled.CompareTo(other.Scaled)));
    }

    [FsCheck.NUnit.Property]
    public void CanonicalText_IsTheNumber(Number number) => Assert.That(Compare(Canonical(number.ToString()), number.ToString()), Is.Zero);

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private static int Compare(string left, string right) => NumberOrder.Compare(Encoding.ASCII.GetBytes(left), Encoding.ASCII.GetBytes(right));

    private static string Canonical(string number) => new ExactNumber(Encoding.ASCII.GetBytes(number)).ToString();
}
